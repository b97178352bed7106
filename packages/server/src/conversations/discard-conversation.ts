import type { Database } from '../storage/database.ts';

/** Messages of one transaction, and as many places in the search. */
const AT_ONCE = 100;

/** Deletes a hidden conversation a little at a time: it can be so long that others would wait for seconds. */
export async function discardConversation(database: Database, id: string): Promise<void> {
  for (let isLeft = true; isLeft;) {
    isLeft = await database.transaction(async ({ conversations, messages, search }) => {
      const found = await search.deleteSome(id, AT_ONCE);
      const deleted = await messages.deleteSome(id, AT_ONCE);
      if (found === AT_ONCE || deleted === AT_ONCE) return true;
      await conversations.delete(id);
      return false;
    });
  }
}

/**
 * Deletes what a process that died has left hidden.
 * @param before epoch ms; what was hidden since may be another process's work. Not given by one that no other works beside
 */
export async function discardHidden(database: Database, before?: number): Promise<void> {
  for (const id of await database.conversations.listHidden(before)) await discardConversation(database, id);
}
