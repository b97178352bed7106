import type { StoredConversation } from '../storage/conversation-store.ts';
import { textOf } from '../storage/message-content.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import { isBeingWritten } from './is-being-written.ts';
import { toTime } from './to-wire.ts';

const speakers = { user: 'You', assistant: 'Assistant', system: 'System' } as const;

/**
 * One path of a conversation, to be read by people: an answer and what goes on with it are one, and how one ended that is not
 * complete stands below it.
 * @returns its text, a page at a time
 */
export async function* toMarkdown(
  conversation: StoredConversation,
  path: AsyncIterable<readonly MessageRecord[]>,
): AsyncGenerator<string> {
  const title = (conversation.title ?? 'Conversation').replace(/\s+/gu, ' ');
  yield `# ${title}\n\n*${toTime(conversation.createdAt)}*`;
  /** Below the last answer, unless it goes on. */
  let mark = '';
  for await (const page of path) {
    let text = '';
    for (const message of page) {
      const isMore = message.continuesId !== null;
      if (!isMore) text += toBlock(mark) + toBlock(`## ${speakerOf(message)}`);
      // An answer goes on in the middle of a sentence.
      text += isMore ? toText(message) : toBlock(toText(message));
      mark = markOf(message);
    }
    yield text;
  }
  yield `${toBlock(mark)}\n`;
}

const toBlock = (text: string) => (text === '' ? '' : `\n\n${text}`);

function speakerOf({ role, model }: MessageRecord): string {
  return role === 'assistant' && model !== null ? `${speakers.assistant} (${model})` : speakers[role];
}

function markOf(message: MessageRecord): string {
  const { role, endReason } = message;
  if (role !== 'assistant' || endReason === 'complete') return '';
  if (isBeingWritten(message)) return '*(still being written)*';
  return endReason === null ? '' : `*(${endReason})*`;
}

function toText({ content }: MessageRecord): string {
  const images = typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'image').length;
  const note = images === 0 ? '' : `*(${images} image${images === 1 ? '' : 's'})*\n\n`;
  return note + textOf(content);
}
