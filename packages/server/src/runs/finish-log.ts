import { type RunEvent, errorEntry, isErrorCode } from '@sluice/shared';
import type { SharedLog } from '../event-log/event-log.ts';
import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/run-store.ts';

/** Ends the log of a run as its row says that it ended, should its process not have done so: the row decides. */
export async function finishLog(
  { database, sharedLog }: { database: Database; sharedLog: SharedLog },
  { id, userId }: Pick<StoredRun, 'id' | 'userId'>,
): Promise<void> {
  const run = await database.runs.find(id, userId);
  if (!run?.result) return;
  const events = await sharedLog.takeOver(id);
  const beginning = events.length === 0 ? [toRunStart(run)] : [];
  await sharedLog.finish(id, [...beginning, ...toLastEvents(run, run.result)]);
}

function toRunStart({
  id: runId,
  model,
  provider,
  createdAt,
  conversationId,
  messageId,
}: StoredRun): RunEvent {
  return {
    type: 'run-start',
    runId,
    model,
    provider,
    createdAt: new Date(createdAt).toISOString(),
    ...(conversationId !== null && { conversationId }),
    ...(messageId !== null && { messageId }),
  };
}

function toLastEvents({ timing }: StoredRun, result: NonNullable<StoredRun['result']>): RunEvent[] {
  const { reason, errorCode, usage, cost, providerRequestId } = result;
  const runEnd: RunEvent = {
    type: 'run-end',
    done: true,
    reason,
    usage,
    cost,
    saved: true,
    ...(providerRequestId !== null && { providerRequestId }),
    timing: { firstTokenMs: timing.firstTokenMs, totalMs: timing.totalMs ?? 0 },
  };
  if (errorCode === null || !isErrorCode(errorCode)) return [runEnd];
  const { title, retryable } = errorEntry(errorCode);
  return [{ type: 'error', error: title, code: errorCode, retryable }, runEnd];
}
