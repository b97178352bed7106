import type { ImportedMessage } from './imported-conversation.ts';

/**
 * Puts parents before their children, and else leaves the order as it is. A message whose parent is not there becomes a first
 * message; those that are their own ancestors are left out.
 */
export function orderMessages(messages: readonly ImportedMessage[]): ImportedMessage[] {
  const ids = new Set(messages.map(({ id }) => id));
  const waiting = new Map<string, ImportedMessage[]>();
  const ordered = new Map<string, ImportedMessage>();
  for (const message of messages) {
    const parentId = message.parentId !== null && ids.has(message.parentId) ? message.parentId : null;
    if (parentId === null || ordered.has(parentId)) {
      placeAll({ ...message, parentId }, { waiting, ordered });
    } else {
      const siblings = waiting.get(parentId);
      if (siblings === undefined) waiting.set(parentId, [message]);
      else siblings.push(message);
    }
  }
  return [...ordered.values()];
}

/** Places a message, and after it those that have waited for it. */
function placeAll(
  root: ImportedMessage,
  { waiting, ordered }: { waiting: Map<string, ImportedMessage[]>; ordered: Map<string, ImportedMessage> },
): void {
  const next = [root];
  for (let message = next.pop(); message !== undefined; message = next.pop()) {
    if (ordered.has(message.id)) continue;
    ordered.set(message.id, message);
    next.push(...(waiting.get(message.id) ?? []).toReversed());
    waiting.delete(message.id);
  }
}
