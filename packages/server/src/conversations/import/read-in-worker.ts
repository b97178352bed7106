import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SluiceError } from '@sluice/shared';
import type { ImportStep } from './import-steps.ts';
import type { ImportWorkerAnswer, ImportWorkerRequest } from './import-worker.ts';

/** Of what a file's JSON becomes in memory; 20 MiB of the worst kind need about half of it. */
const MAX_HEAP_MB = 1024;

/**
 * Reads a file in a thread of its own: parsing it, and cutting it into words, takes seconds that no running answer can wait.
 * @throws {SluiceError} `payload_too_large` for a file that does not fit in that thread's memory
 */
export async function* readInWorker(
  pieces: AsyncIterable<Uint8Array>,
  { userId, signal }: { userId: string; signal: AbortSignal },
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
    for await (const bytes of pieces) post({ type: 'piece', bytes });
    for (;;) {
      const answered = once(worker, 'message', { signal });
      post({ type: 'next' });
      const [answer] = (await Promise.race([answered, failed])) as [ImportWorkerAnswer];
      if (answer.type === 'end') return;
      yield answer;
    }
  } finally {
    await worker.terminate();
  }
}

function toRefusal(error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isFull
    ? new SluiceError('payload_too_large', { detail: 'the file is too complex: cut it up' })
    : error;
}
