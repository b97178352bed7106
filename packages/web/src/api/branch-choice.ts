import { storedValue } from '../ui/stored-value.ts';

/**
 * Which branch of a conversation was shown last, for the next visit: the id of its last message.
 * Nothing is kept for the newest branch, which is shown unless told otherwise.
 */
export function branchChoice(conversationId: string) {
  return storedValue(() => localStorage, `sluice.branch.${conversationId}`);
}
