import type { StoredConversation } from '../storage/conversation-store.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import { textOf } from './text-of.ts';
import { toTime } from './to-wire.ts';

const speakers = { user: 'You', assistant: 'Assistant', system: 'System' } as const;

/** One path of a conversation, to be read by people: an answer and what goes on with it are one. */
export function toMarkdown(conversation: StoredConversation, path: readonly MessageRecord[]): string {
  const title = (conversation.title ?? 'Conversation').replace(/\s+/gu, ' ');
  const blocks = [`# ${title}`, `*${toTime(conversation.createdAt)}*`];
  for (const message of path) {
    const text = toText(message);
    if (message.continuesId === null) blocks.push(`## ${speakerOf(message)}`);
    // An answer goes on in the middle of a sentence.
    if (message.continuesId === null || text === '') blocks.push(text);
    else blocks.push((blocks.pop() ?? '') + text);
    if (message.role === 'assistant' && message.endReason !== 'complete' && message.endReason !== null) {
      blocks.push(`*(${message.endReason})*`);
    }
  }
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function speakerOf({ role, model }: MessageRecord): string {
  return role === 'assistant' && model !== null ? `${speakers.assistant} (${model})` : speakers[role];
}

function toText({ content }: MessageRecord): string {
  const images = typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'image').length;
  const note = images === 0 ? '' : `*(${images} image${images === 1 ? '' : 's'})*\n\n`;
  return note + textOf(content);
}
