// In: the pieces of a file, then one request per step. Out: the steps of its import, one per request, and the end.
// Never: the database: what is read here is written by the main thread, a little at a time.
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type ImportStep, readImport } from './import-steps.ts';

export type ImportWorkerRequest = { type: 'piece'; bytes: Uint8Array } | { type: 'next' };
export type ImportWorkerAnswer = ImportStep | { type: 'end' };

// On Linux a thread has a priority of its own: where cores are few, running answers go first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const pieces: Uint8Array[] = [];
let steps: Iterator<ImportStep, void> | undefined;

parentPort?.on('message', (request: ImportWorkerRequest) => {
  if (request.type === 'piece') {
    pieces.push(request.bytes);
    return;
  }
  steps ??= readImport(Buffer.concat(pieces.splice(0)), workerData as { userId: string; now: number });
  const { done, value } = steps.next();
  const answer: ImportWorkerAnswer = done || value === undefined ? { type: 'end' } : value;
  parentPort?.postMessage(answer);
});
