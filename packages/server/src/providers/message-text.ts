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

/** @returns whether the message needs an upstream's form for parts */
export function hasImages({ content }: Message): boolean {
  return typeof content !== 'string' && content.some((part) => part.type === 'image');
}
