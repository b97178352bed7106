import type { MessageRecord } from '../storage/message-store.ts';

/** Whether an answer's run goes on: what it says stands in its message once it has ended. */
export function isBeingWritten({ runId, endReason }: Pick<MessageRecord, 'runId' | 'endReason'>): boolean {
  return runId !== null && endReason === null;
}
