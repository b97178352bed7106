import { SluiceError } from '@sluice/shared';
import type { EventLog, LogPosition } from '../event-log/event-log.ts';
import type { StoredRun } from '../storage/stored-run.ts';
import type { Run } from './run.ts';

/**
 * Where the log of a run stands, for a follower who has the events up to `after`.
 * @param isShared whether other processes write runs
 * @throws {SluiceError} `run_expired` when the log is gone, `invalid_cursor` when `after` lies beyond it, `unavailable` when there is no way to it
 */
export async function findPosition(
  { eventLog, isShared }: { eventLog: EventLog; isShared: boolean },
  run: Run | StoredRun,
  after: number,
): Promise<LogPosition> {
  const position = await eventLog.position(run.id, after);
  if (position !== undefined && after > position.lastSeq) {
    throw new SluiceError('invalid_cursor', {
      detail: `the cursor lies beyond the run's last event, ${position.lastSeq}`,
    });
  }
  if (position !== undefined) return position;
  if (!isShared || run.result !== null) throw new SluiceError('run_expired');
  // Its process has not sent anything yet; or sends it all again, for Redis has lost it.
  if (after > 0) throw new SluiceError('unavailable', { retryAfterMs: 1000 });
  return { lastSeq: 0, hasEnded: false };
}
