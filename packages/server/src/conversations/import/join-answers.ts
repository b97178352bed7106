import { textOf } from '../../storage/message-content.ts';
import type { ImportedMessage } from './imported-conversation.ts';

/**
 * Joins answers that follow each other, as they do where a tool was used in between, as long as nothing else follows the first.
 * @param messages parents before children
 */
export function joinAnswers(messages: readonly ImportedMessage[]): ImportedMessage[] {
  const children = new Map<string | null, number>();
  for (const { parentId } of messages) children.set(parentId, (children.get(parentId) ?? 0) + 1);
  const joined = new Map<string, ImportedMessage>();
  /** Where the children of a message that was joined to another belong. */
  const heirs = new Map<string, ImportedMessage>();
  /** What is joined to a message, in order: put together at the end, for there can be tens of thousands. */
  const more = new Map<ImportedMessage, ImportedMessage[]>();
  for (const message of messages) {
    const parent =
      message.parentId === null ? undefined : (heirs.get(message.parentId) ?? joined.get(message.parentId));
    const isMore =
      message.role === 'assistant' &&
      parent?.role === 'assistant' &&
      message.continuesId === null &&
      children.get(message.parentId) === 1;
    if (isMore) {
      const others = more.get(parent);
      if (others === undefined) more.set(parent, [message]);
      else others.push(message);
      heirs.set(message.id, parent);
    } else {
      joined.set(message.id, { ...message, parentId: parent?.id ?? null });
    }
  }
  return [...joined.values()].map((message) => joinAll(message, more.get(message) ?? []));
}

function joinAll(first: ImportedMessage, others: readonly ImportedMessage[]): ImportedMessage {
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    ...first,
    content: join(all.map(({ content }) => textOf(content))),
    reasoning: join(all.map(({ reasoning }) => reasoning)) || null,
  };
}

const join = (texts: readonly (string | null)[]) => texts.filter(Boolean).join('\n\n');
