// In: streams of this tab, where nobody counts the browser's connections. Out: a turn for each, at once and for as long as it takes.
// Never: a request to stop that waits behind the very stream it is to stop.
import type { TakeTurn } from '@sluice/shared';

const held = new Set<AbortController>();
let urgent: Promise<unknown> | null = null;

/** A turn that lasts until something urgent needs its connection. */
export const takeYieldingTurn: TakeTurn = async (signal) => {
  while (urgent !== null) await urgent;
  signal?.throwIfAborted();
  const wanted = new AbortController();
  held.add(wanted);
  return { begin: () => wanted.signal, end: () => held.delete(wanted) };
};

/** Does what cannot wait, while the streams that yield leave their connections to it; they go on afterwards. */
export async function withRoom<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const wanted of held) wanted.abort(new Error('something more urgent'));
  const result = work();
  const all = Promise.allSettled([urgent, result]);
  urgent = all;
  try {
    return await result;
  } finally {
    if (urgent === all) urgent = null;
  }
}
