// In: how a run ended, and its answer. Out: one row of the ledger, one message and what it used of its limits, in one transaction;
// tried until it is done.
// Never: a second end of a run, nor an end that is given up while the process lives.
import { settleRun } from '../admission/settle-run.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Database, Stores } from '../storage/database.ts';
import type { RunOutcome } from '../storage/stored-run.ts';
import { collectWords } from '../storage/search-words.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import { within } from './within.ts';

/** An answer as it stands when its run has ended; the fold of the run's events. */
interface WrittenAnswer {
  userId: string;
  conversationId: string;
  messageId: string;
  text: string;
  reasoning: string;
}

export interface EndedRun {
  id: string;
  outcome: RunOutcome;
  /** Null outside of conversations. */
  answer: WrittenAnswer | null;
}

/** Disposing gives up what could not be written by then. */
export interface EndWriter extends Disposable {
  /** @returns whether it was written within two seconds, and if not, it is tried on; or that another process has ended the run */
  write(run: EndedRun): Promise<'written' | 'unwritten' | 'elsewhere'>;
  /** Settles once nothing is left to be written. */
  settled(): Promise<void>;
}

const PATIENCE_MS = 2000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;

interface EndWriterPorts {
  database: Database;
  checkpoints: Pick<CheckpointWriter, 'close'>;
  logger: Logger;
  metrics?: Pick<Metrics, 'noteFailedWrite'>;
}

export function createEndWriter(ports: EndWriterPorts): EndWriter {
  const { database, checkpoints, logger, metrics } = ports;
  const unwritten = new Set<Promise<'written' | 'unwritten' | 'elsewhere'>>();
  const givenUp = Promise.withResolvers<true>();

  async function persist(run: EndedRun) {
    if (run.answer !== null) await checkpoints.close(run.id);
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, MAX_RETRY_MS)) {
      try {
        return (await writeEnd({ database, logger }, run)) ? 'written' : 'elsewhere';
      } catch (error) {
        metrics?.noteFailedWrite();
        const fields = { err: error, runId: run.id, retryMs: delayMs };
        logger.error(fields, 'the end of a run could not be written');
        if (await within(delayMs, givenUp.promise)) return 'unwritten';
      }
    }
  }

  return {
    async write(run) {
      const writing = persist(run);
      unwritten.add(writing);
      void writing.finally(() => unwritten.delete(writing));
      return (await within(PATIENCE_MS, writing)) ?? 'unwritten';
    },
    async settled() {
      while (unwritten.size > 0) await Promise.allSettled(unwritten);
    },
    [Symbol.dispose]: () => givenUp.resolve(true),
  };
}

/**
 * Once: a run that has ended in the database stays as it ended.
 * @returns whether it has ended there as it was given
 */
export async function writeEnd(
  { database, logger }: Pick<EndWriterPorts, 'database' | 'logger'>,
  { id, outcome, answer }: EndedRun,
): Promise<boolean> {
  if (answer === null && (await database.runs.endUncounted(id, outcome))) return true;
  // Before the transaction, which holds up everybody's.
  const words = await collectWords(answer?.text ?? '').catch((error: unknown) => {
    // An answer that is not found by a search is better than one that never ends.
    logger.error({ err: error, runId: id }, 'an answer could not be cut into words for the search');
    return [];
  });
  return database.transaction(async (stores) => {
    const ended = await stores.runs.end(id, outcome);
    // What was written, and not answered for, is tried again.
    if (ended === undefined) return stores.runs.hasEnded(id, outcome);
    if (answer !== null) await writeAnswer(stores, { id, outcome, answer, words });
    if (ended.counted !== null) await settleRun(stores, ended.counted, outcome);
    return true;
  });
}

async function writeAnswer(
  stores: Stores,
  { id, outcome, answer, words }: EndedRun & { answer: WrittenAnswer; words: readonly string[] },
): Promise<void> {
  const { userId, conversationId, messageId, text, reasoning } = answer;
  await stores.checkpoints.delete(id);
  // First of all, so that a deletion of the conversation waits, or has been.
  const conversation = await stores.conversations.findForUpdate(conversationId, userId);
  if (conversation === undefined) return;
  const isThere = await stores.messages.endAnswer(messageId, {
    content: text,
    reasoning: reasoning === '' ? null : reasoning,
    endReason: outcome.reason,
    errorCode: outcome.errorCode,
    model: outcome.model,
    provider: outcome.provider,
  });
  if (!isThere) return;
  await stores.search.insert({ userId, conversationId, messageId, words });
  await stores.conversations.update(conversationId, { updatedAt: outcome.endedAt });
}
