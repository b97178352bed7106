// In: streams of all tabs that want a connection. Out: a turn for each: a few at a time, over all tabs of this browser.
// Never: a stream that waits for ever, or one that keeps its connection while another one waits.
import type { TakeTurn, Turn } from '@sluice/shared';

/** A browser has six connections to a server that speaks HTTP/1.1, for all its tabs; two are left for everything else. */
const NAMES = ['sluice.stream.0', 'sluice.stream.1', 'sluice.stream.2', 'sluice.stream.3'];
/** How long a connection is kept although others wait for one. A run waits longer for a follower to come back. */
const HOLD_MS = { shown: 1000, hidden: 500 };
/** Of those who hear that someone waits, one after the other looks whether that is still so. */
const STAGGER_MS = 30;
/** A tab that the system has put to sleep gives nothing up: after that time one goes without. */
const PATIENCE_MS = 5000;

/** What turns need of the platform. */
export interface TurnPorts {
  locks: Pick<LockManager, 'request' | 'query'>;
  /** Tells every tab, this one too, that someone waits. */
  tellWaiting: () => void;
  /** @returns a function that ends it */
  hearWaiting: (listener: () => void) => () => void;
  isHidden: () => boolean;
}

interface Slot {
  index: number;
  release: () => void;
}

/** Lets four streams of a browser hold a connection at a time. Which those are is held by locks: a tab that crashes holds none. */
export function createTurns(ports: TurnPorts): TakeTurn {
  return async (signal) => {
    const slot = (await findFree(ports.locks)) ?? (await waitForSlot(ports, signal));
    if (signal?.aborted === true) slot?.release();
    signal?.throwIfAborted();
    return slot === null ? unlimited() : limited(ports, slot);
  };
}

/** @returns the slot once it is granted; null when it is not to be waited for, and is taken */
function request(
  locks: TurnPorts['locks'],
  index: number,
  options: { ifAvailable: true } | { signal: AbortSignal },
): Promise<Slot | null> {
  const granted = Promise.withResolvers<Slot | null>();
  const hold = (lock: Lock | null) => {
    if (lock === null) return granted.resolve(null);
    const over = Promise.withResolvers<void>();
    granted.resolve({ index, release: over.resolve });
    return over.promise;
  };
  locks.request(NAMES[index] ?? '', options, hold).catch(granted.reject);
  return granted.promise;
}

async function findFree(locks: TurnPorts['locks']): Promise<Slot | null> {
  for (const index of NAMES.keys()) {
    const slot = await request(locks, index, { ifAvailable: true });
    if (slot !== null) return slot;
  }
  return null;
}

/** @returns the first slot that is given up; null when none is, or the signal aborts */
async function waitForSlot(
  { locks, tellWaiting }: TurnPorts,
  signal: AbortSignal | undefined,
): Promise<Slot | null> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const { promise, resolve } = Promise.withResolvers<Slot | null>();
  let isTaken = false;
  for (const index of NAMES.keys()) {
    const take = (slot: Slot | null) => {
      // Two may be given up at once.
      if (isTaken) return slot?.release();
      isTaken = true;
      resolve(slot);
    };
    request(locks, index, { signal: leaving.signal }).then(take, () => take(null));
  }
  const timer = setTimeout(leave, PATIENCE_MS);
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted === true) leave();
  tellWaiting();
  const slot = await promise;
  clearTimeout(timer);
  signal?.removeEventListener('abort', leave);
  leave();
  return slot;
}

function unlimited(): Turn {
  return { begin: () => new AbortController().signal, end: () => undefined };
}

function limited({ locks, hearWaiting, isHidden }: TurnPorts, { index, release }: Slot): Turn {
  const wanted = new AbortController();
  let stopListening = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    const { pending = [] } = await locks.query();
    if (pending.some(({ name }) => name === NAMES[index])) wanted.abort(new Error('others wait'));
  };
  // Timers of a hidden page are late, and soon rare: whoever waits says so, and this one listens.
  const watch = () => {
    stopListening = hearWaiting(() => (timer = setTimeout(() => void look(), index * STAGGER_MS)));
    void look();
  };
  return {
    begin() {
      timer = setTimeout(watch, isHidden() ? HOLD_MS.hidden : HOLD_MS.shown);
      return wanted.signal;
    },
    end() {
      clearTimeout(timer);
      stopListening();
      release();
    },
  };
}
