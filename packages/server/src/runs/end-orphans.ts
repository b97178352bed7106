import { type Answer, type Price, type RunEnd, type RunEvent, type Usage, foldEvents } from '@sluice/shared';
import type { SharedLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import type { StoredRun } from '../storage/stored-run.ts';
import { writeEnd } from './end-writer.ts';
import { priceUsage } from '../catalog/price-usage.ts';
import { estimateTokens } from './estimate-usage.ts';
import { finishLog } from './finish-log.ts';

export interface OrphanRooms {
  database: Database;
  /** Where followers of its runs read, if that outlives a process. */
  sharedLog: SharedLog | null;
  /** Of a model's tokens; null when it is not known. */
  priceOf: (modelId: string) => Price | null;
  logger: Logger;
}

/** Runs that are ended at once: each takes some round trips. */
const AT_ONCE = 8;

/**
 * Ends what processes that died have left running, as `interrupted`, with the text that they have shown or saved, whichever is more;
 * or as their log says that they ended. Several processes may do so at once. One that cannot be ended keeps nobody from the others:
 * it is tried again at the next look.
 */
export async function endOrphans(rooms: OrphanRooms): Promise<void> {
  const { database, logger } = rooms;
  const left = await database.runs.listOrphaned();
  let runs = 0;
  const work = async () => {
    for (let run = left.pop(); run !== undefined; run = left.pop()) {
      try {
        await endOrphan(rooms, run);
        runs += 1;
      } catch (error) {
        const fields = { err: error, runId: run.id };
        logger.error(fields, 'a run of a server that crashed could not be marked interrupted');
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (runs > 0) logger.warn({ runs }, 'runs of a server that crashed were marked interrupted');
}

async function endOrphan(rooms: OrphanRooms, run: StoredRun): Promise<void> {
  const { database, sharedLog } = rooms;
  const { id, userId, conversationId, messageId } = run;
  const shown = foldEvents(await readShown(rooms, id));
  const saved = await database.checkpoints.read(id);
  const [text, reasoning] = [longer(shown.content, saved.text), longer(shown.reasoning, saved.reasoning)];
  await writeEnd(rooms, {
    id,
    outcome: {
      ...interrupted(rooms, run, { text, reasoning }),
      ...(shown.end !== null && toldOf(shown, shown.end)),
      model: run.model,
      provider: run.provider,
      // It may have died before the call; what may have been charged is counted.
      attempts: 1,
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

const longer = (one: string, other: string) => (other.length > one.length ? other : one);

function interrupted(
  { priceOf }: OrphanRooms,
  { estimatedInputTokens, model }: StoredRun,
  said: { text: string; reasoning: string },
) {
  const price = priceOf(model);
  const reasoningTokens = estimateTokens(said.reasoning.length);
  const usage: Usage = {
    inputTokens: estimatedInputTokens,
    outputTokens: estimateTokens(said.text.length) + reasoningTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens,
    source: 'estimated',
  };
  return {
    reason: 'interrupted' as const,
    errorCode: 'interrupted',
    providerRequestId: null,
    usage,
    cost: price && { microUsd: priceUsage(usage, price), source: 'estimated' as const },
    served: null,
    firstTokenMs: null,
    totalMs: null,
  };
}

/** Its process could tell its followers of its end, but not the database. */
function toldOf({ error }: Answer, { reason, usage, cost, providerRequestId, served, timing }: RunEnd) {
  return {
    reason,
    errorCode: error?.code ?? null,
    providerRequestId: providerRequestId ?? null,
    served: served ?? null,
    usage,
    cost,
    ...timing,
  };
}

/** From now on nothing is added to it. @returns nothing when the log is gone, or out of reach */
async function readShown({ sharedLog, logger }: OrphanRooms, runId: string): Promise<readonly RunEvent[]> {
  if (sharedLog === null) return [];
  try {
    return await sharedLog.takeOver(runId);
  } catch (error) {
    logger.warn({ err: error, runId }, 'the log of a run could not be read: its checkpoints are taken');
    return [];
  }
}
