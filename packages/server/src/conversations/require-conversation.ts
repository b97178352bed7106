import { SluiceError } from '@sluice/shared';
import type { StoredConversation } from '../storage/conversation-store.ts';
import type { Stores } from '../storage/database.ts';

/** @throws {SluiceError} `not_found`, for another user's as for none */
export async function requireConversation(
  { conversations }: Stores,
  userId: string,
  id: string,
): Promise<StoredConversation> {
  return found(await conversations.find(id, userId));
}

/**
 * The same, for a transaction that adds to it or changes it: another such waits until this one has ended.
 * @throws {SluiceError} `not_found`
 */
export async function requireForUpdate(
  { conversations }: Stores,
  userId: string,
  id: string,
): Promise<StoredConversation> {
  return found(await conversations.findForUpdate(id, userId));
}

function found(conversation: StoredConversation | undefined): StoredConversation {
  if (conversation === undefined) throw new SluiceError('not_found', { detail: 'no such conversation' });
  return conversation;
}
