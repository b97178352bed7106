import { type RunEvent, errorEntry, foldEvents, isErrorCode } from '@sluice/shared';
import type { SharedLog } from '../event-log/event-log.ts';
import type { Database } from '../storage/database.ts';
import { textOf } from '../storage/message-content.ts';
import type { StoredRun, StoredRunResult } from '../storage/stored-run.ts';
import type { RunPlace } from './run.ts';
import { toRunStart } from './to-run-start.ts';

/**
 * Ends the log of a run as its row says that it ended, with what the stored message has and the log has not. For one whose process
 * is dead, or has its log no more. A run outside of conversations has no message: it may have said more than the log shows, so that
 * its followers are told that it was cut.
 */
export async function finishLog(
  { database, sharedLog }: { database: Database; sharedLog: SharedLog },
  { id, userId }: Pick<StoredRun, 'id' | 'userId'>,
): Promise<void> {
  const run = await database.runs.find(id, userId);
  if (!run?.result) return;
  const events = await sharedLog.takeOver(id);
  if (events.at(-1)?.type === 'run-end') return;
  const beginning = events.length === 0 ? [toRunStart(run, placeOf(run))] : [];
  const missing = await readMissing(database, run, events);
  const result = missing === undefined ? asCut(run.result) : run.result;
  await sharedLog.finish(id, [...beginning, ...(missing ?? []), ...toLastEvents(run, result)]);
}

/** @returns deltas that make the log's text the message's; undefined when nobody can say what they are */
async function readMissing(
  { messages }: Database,
  { conversationId, messageId }: StoredRun,
  events: readonly RunEvent[],
): Promise<RunEvent[] | undefined> {
  if (conversationId === null || messageId === null) return undefined;
  const message = await messages.find(messageId, conversationId);
  if (message === undefined) return undefined;
  const shown = foldEvents(events);
  const reasoning = restOf(message.reasoning ?? '', shown.reasoning);
  const text = restOf(textOf(message.content), shown.content);
  if (reasoning === undefined || text === undefined) return undefined;
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning-delta' as const, reasoning }]),
    ...(text === '' ? [] : [{ type: 'text-delta' as const, text }]),
  ];
}

const restOf = (whole: string, beginning: string) =>
  whole.startsWith(beginning) ? whole.slice(beginning.length) : undefined;

/** An answer of which nobody can say that this was all is no whole one. */
function asCut(result: StoredRunResult): StoredRunResult {
  const isWhole = ['complete', 'length', 'refused'].includes(result.reason);
  return isWhole ? { ...result, reason: 'interrupted', errorCode: 'interrupted' } : result;
}

function placeOf({ conversationId, messageId }: StoredRun): RunPlace | null {
  return conversationId === null || messageId === null ? null : { conversationId, messageId };
}

function toLastEvents({ timing }: StoredRun, result: StoredRunResult): RunEvent[] {
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
