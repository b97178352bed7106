import { SluiceError } from '@sluice/shared';
import type { LoggedEvent, ReadOptions } from './event-log.ts';
import type { Batch, LogStore } from './log-store.ts';

/** How long nothing may be heard before the store is asked: news of a batch can be lost. */
const LISTEN_MS = 1000;

/**
 * What another process's run says, from the store. A follower that is up to date takes new batches as they are told of; one that is
 * not reads them, so that nothing waits for it here.
 * @throws {SluiceError} `unavailable` when the store is lost; the signal's reason if that is one
 */
export async function* followStored(
  store: LogStore,
  runId: string,
  { after, signal }: ReadOptions,
): AsyncGenerator<readonly LoggedEvent[], void, undefined> {
  let cursor = after;
  let latest: Batch | undefined;
  let wake = () => {};
  await using _ = await store.watch(runId, (batch) => {
    latest = batch;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const told = takeNext(latest, cursor);
      latest = undefined;
      const { events, isLast } = told ?? (await store.read(runId, cursor));
      cursor = events.at(-1)?.seq ?? cursor;
      if (events.length > 0) yield events;
      if (isLast) return;
      const isUpToDate = told !== undefined || events.length === 0;
      if (isUpToDate && latest === undefined && !signal.aborted) {
        await listen((heard) => (wake = heard));
      }
    }
    if (signal.reason instanceof SluiceError) throw signal.reason;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @returns a batch as it is read, if it goes on where the cursor stands */
function takeNext(batch: Batch | undefined, cursor: number) {
  if (batch?.after !== cursor) return undefined;
  const events = batch.jsons.map((json, index) => ({ seq: cursor + index + 1, json }));
  return { events, isLast: batch.isLast };
}

async function listen(onReady: (heard: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LISTEN_MS);
  onReady(resolve);
  await promise;
  clearTimeout(timer);
}
