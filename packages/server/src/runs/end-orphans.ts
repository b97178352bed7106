import { foldEvents } from '@sluice/shared';
import type { SharedLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/run-store.ts';
import { writeEnd } from './end-writer.ts';
import { estimateTokens } from './estimate-usage.ts';
import { finishLog } from './finish-log.ts';

export interface OrphanRooms {
  database: Database;
  /** Where followers of its runs read, if that outlives a process. */
  sharedLog: SharedLog | null;
  logger: Logger;
}

/**
 * Ends what processes that died have left running, as `interrupted`, with the text that they have shown: the shared log's, else that
 * of the checkpoints. Several processes may do so at once. One that cannot be ended keeps nobody from the others: it is tried again
 * at the next look.
 */
export async function endOrphans(rooms: OrphanRooms): Promise<void> {
  const { database, logger } = rooms;
  let runs = 0;
  for (const run of await database.runs.listOrphaned()) {
    try {
      await endOrphan(rooms, run);
      runs += 1;
    } catch (error) {
      const fields = { err: error, runId: run.id };
      logger.error(fields, 'a run of a server that crashed could not be marked interrupted');
    }
  }
  if (runs > 0) logger.warn({ runs }, 'runs of a server that crashed were marked interrupted');
}

async function endOrphan(rooms: OrphanRooms, run: StoredRun): Promise<void> {
  const { database, sharedLog } = rooms;
  const { id, userId, conversationId, messageId } = run;
  const { text, reasoning } = (await readShown(rooms, id)) ?? (await database.checkpoints.read(id));
  const reasoningTokens = estimateTokens(reasoning.length);
  await writeEnd(rooms, {
    id,
    outcome: {
      reason: 'interrupted',
      errorCode: 'interrupted',
      model: run.model,
      provider: run.provider,
      // It may have died before the call; what may have been charged is counted.
      attempts: 1,
      providerRequestId: null,
      usage: {
        inputTokens: run.estimatedInputTokens,
        outputTokens: estimateTokens(text.length) + reasoningTokens,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens,
        source: 'estimated',
      },
      cost: null,
      firstTokenMs: null,
      totalMs: null,
      upstreamClosedMs: null,
      endedAt: Date.now(),
    },
    answer:
      conversationId === null || messageId === null
        ? null
        : { userId, conversationId, messageId, text, reasoning },
  });
  if (sharedLog !== null) await finishLog({ database, sharedLog }, run);
}

/** From now on nothing is added to it. @returns undefined when the log is gone, or out of reach */
async function readShown({ sharedLog, logger }: OrphanRooms, runId: string) {
  if (sharedLog === null) return undefined;
  try {
    const events = await sharedLog.takeOver(runId);
    if (events.length === 0) return undefined;
    const { content, reasoning } = foldEvents(events);
    return { text: content, reasoning };
  } catch (error) {
    logger.warn({ err: error, runId }, 'the log of a run could not be read: its checkpoints are taken');
    return undefined;
  }
}
