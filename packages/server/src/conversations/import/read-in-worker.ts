import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { SluiceError } from '@sluice/shared';
import type { ImportStep } from './import-steps.ts';
import type { ImportWorkerAnswer, ImportWorkerRequest } from './import-worker.ts';

/** Of what a file's JSON becomes in memory; 20 MiB of the worst kind need about half of it. */
const MAX_HEAP_MB = 1024;

/** Of the reading of one file, without the writing of what was read. */
const MAX_READING_MS = 120_000;
/** Handed over before others have their turn: a megabyte or so. */
const PIECES_AT_ONCE = 16;

export interface ImportReading {
  userId: string;
  signal: AbortSignal;
  limitMs?: number;
}

/**
 * Reads a file in a thread of its own: parsing it, and cutting it into words, takes seconds that no running answer can wait.
 * @param pieces of the file
 * @throws {SluiceError} `payload_too_large` for a file that does not fit in that thread's memory, or in its time
 */
export async function* readInWorker(
  pieces: readonly Uint8Array[],
  { userId, signal, limitMs = MAX_READING_MS }: ImportReading,
): AsyncGenerator<ImportStep> {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
    workerData: { userId, now: Date.now() },
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const failed = once(worker, 'error', { signal }).then(([error]) => Promise.reject(toRefusal(error)));
  failed.catch(() => undefined);
  const post = (request: ImportWorkerRequest) => worker.postMessage(request);
  try {
    for (const [index, bytes] of pieces.entries()) {
      post({ type: 'piece', bytes });
      if (index % PIECES_AT_ONCE === PIECES_AT_ONCE - 1) await nextTurn();
    }
    for (let leftMs = limitMs; ;) {
      const began = performance.now();
      const answered = once(worker, 'message', { signal });
      post({ type: 'next' });
      const [answer] = (await inTime(Promise.race([answered, failed]), leftMs)) as [ImportWorkerAnswer];
      if (answer.type === 'end') return;
      leftMs -= performance.now() - began;
      yield answer;
    }
  } finally {
    await worker.terminate();
  }
}

async function inTime<Result>(answer: Promise<Result>, ms: number): Promise<Result> {
  const timeUp = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeUp.reject(tooMuch('takes too long to read')), ms);
  return Promise.race([answer, timeUp.promise]).finally(() => clearTimeout(timer));
}

function toRefusal(error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isFull ? tooMuch('is too complex') : error;
}

const tooMuch = (what: string) =>
  new SluiceError('payload_too_large', { detail: `the file ${what}: cut it up` });
