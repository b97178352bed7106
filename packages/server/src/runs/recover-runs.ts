import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/run-store.ts';
import { writeEnd } from './end-writer.ts';
import { estimateTokens } from './estimate-usage.ts';

/**
 * Ends what a process that died has left running, as `interrupted`, with the text that its checkpoints have. Only for a process
 * that no other serves this database beside.
 * @returns how many there were
 */
export async function recoverRuns(database: Database): Promise<number> {
  const runs = await database.runs.listRunning();
  for (const run of runs) await endInterrupted(database, run);
  return runs.length;
}

async function endInterrupted(database: Database, run: StoredRun): Promise<void> {
  const { id, userId, conversationId, messageId } = run;
  const { text, reasoning } = await database.checkpoints.read(id);
  const reasoningTokens = estimateTokens(reasoning.length);
  await writeEnd(database, {
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
