import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/run-store.ts';
import { writeEnd } from './end-writer.ts';
import { estimateTokens } from './estimate-usage.ts';

interface RecoveryRooms {
  database: Database;
  logger: Logger;
}

/**
 * Ends what a process that died has left running, as `interrupted`, with the text that its checkpoints have. Only for a process
 * that no other serves this database beside.
 * One that cannot be ended keeps nobody from the others: it is tried again at the next start.
 */
export async function recoverRuns(rooms: RecoveryRooms): Promise<void> {
  const { database, logger } = rooms;
  let runs = 0;
  for (const run of await database.runs.listRunning()) {
    try {
      await endInterrupted(rooms, run);
      runs += 1;
    } catch (error) {
      const fields = { err: error, runId: run.id };
      logger.error(fields, 'a run of a server that crashed could not be marked interrupted');
    }
  }
  if (runs > 0) logger.warn({ runs }, 'runs of a server that crashed were marked interrupted');
}

async function endInterrupted(rooms: RecoveryRooms, run: StoredRun): Promise<void> {
  const { id, userId, conversationId, messageId } = run;
  const { text, reasoning } = await rooms.database.checkpoints.read(id);
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
      endedAt: Date.now(),
    },
    answer:
      conversationId === null || messageId === null
        ? null
        : { userId, conversationId, messageId, text, reasoning },
  });
}
