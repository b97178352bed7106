import type { EventLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { Peers } from './peers.ts';
import { type Run, RunAbort } from './run.ts';

export interface Leaving {
  conversationId: string;
  /** Runs of this process. */
  own: ReadonlyMap<string, Run>;
  /** Called with each of them that is over. */
  forget: (runId: string) => void;
  eventLog: EventLog;
  /** Null where there is no other process. */
  peers: Peers | null;
  database: Database;
  logger: Logger;
}

/** More than a log outlives its run. */
const LOG_LIFETIME_MS = 10 * 60_000;

/**
 * Stops what is answered in a conversation that is gone, and forgets what was: an answer without a place would go on costing. Nobody
 * could ask for it again: it goes on whatever fails.
 */
export async function leaveConversation(leaving: Leaving): Promise<void> {
  const { conversationId, own, forget, eventLog } = leaving;
  const runs = [...own.values()].filter((run) => run.conversationId === conversationId);
  const forgotten = runs.map(async (run) => {
    run.abort(new RunAbort('stopped'));
    await run.ended;
    await tryTo(leaving, () => eventLog.drop(run.id));
    forget(run.id);
  });
  await Promise.all([...forgotten, tryTo(leaving, () => leaveElsewhere(leaving))]);
}

async function leaveElsewhere(leaving: Leaving): Promise<void> {
  const { conversationId, own, eventLog, peers, database } = leaving;
  if (peers === null) return;
  const recent = await database.runs.listRecentIn(conversationId, Date.now() - LOG_LIFETIME_MS);
  const others = recent.filter(({ id }) => !own.has(id));
  await Promise.all(
    others.map(async (run) => {
      if (run.result === null) await peers.stop(run);
      await tryTo(leaving, () => eventLog.drop(run.id));
      // It may have its events in memory too.
      peers.wake(run);
    }),
  );
}

async function tryTo({ conversationId, logger }: Leaving, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn({ err: error, conversationId }, 'an answer in a deleted conversation could not be forgotten');
  }
}
