import { type Message, SluiceError } from '@sluice/shared';

/** @returns the text of a message that has nothing but text; its parts on lines of their own */
export function textOf({ role, content }: Message): string {
  if (typeof content === 'string') return content;
  return content
    .map((part) => {
      if (part.type === 'text') return part.text;
      throw new SluiceError('invalid_request', { detail: `messages: a ${role} message cannot hold images` });
    })
    .join('\n');
}

type Parts = Exclude<Message['content'], string>;

/** @returns the parts of a user's message that has images, for the upstream's own form of them; the text of any other message */
export function contentOf(message: Message): string | Parts {
  const { role, content } = message;
  if (role !== 'user' || typeof content === 'string') return textOf(message);
  return content.some(({ type }) => type === 'image') ? content : textOf(message);
}
