// In: a stream that broke off. Out: the wait before the next attempt to come back, or the reason not to.
// Never: an attempt that hammers a server which is away, nor one for what it has refused for good.
import { errorEntry } from '../error-code.ts';
import { SluiceError } from '../sluice-error.ts';
import { onReturn } from './on-return.ts';
import { RunCutError } from './run-cut-error.ts';

/** What becomes of a stream's connection, beside its events. */
export type ConnectionChange =
  /** It broke; the next attempt, the `attempt`th in a row, is made after the delay. */
  | { type: 'reconnecting'; attempt: number; delayMs: number }
  /** The first event after that has come. */
  | { type: 'resumed' };

export interface ComeBackOptions {
  signal?: AbortSignal | undefined;
  onConnection?: ((change: ConnectionChange) => void) | undefined;
}

/** In a row; together they take most of a minute. */
const MAX_ATTEMPTS = 10;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 8000;
/** Of what a server asks for. */
const MAX_ASKED_MS = 30_000;

export class ComeBack {
  readonly #options: ComeBackOptions;
  #failures = 0;

  constructor(options: ComeBackOptions) {
    this.#options = options;
  }

  /** Something has come: the connection is good. */
  noteEvent(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.onConnection?.({ type: 'resumed' });
  }

  /**
   * Waits until the next attempt is due.
   * @param hasRun a run is known to be there: a limit of requests keeps nobody from it for long
   * @throws the failure itself when there is no use in another one; the signal's reason when it aborts
   */
  async wait(failure: unknown, { hasRun }: { hasRun: boolean }): Promise<void> {
    const { signal, onConnection } = this.#options;
    signal?.throwIfAborted();
    if (!mayPass(failure, hasRun) || this.#failures >= MAX_ATTEMPTS) throw failure;
    const backoff = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, MAX_DELAY_MS);
    const asked = failure instanceof SluiceError ? (failure.details.retryAfterMs ?? 0) : 0;
    // Those who lost one server together do not come back together.
    const delayMs = Math.round(Math.min(asked, MAX_ASKED_MS) + backoff * (0.5 + Math.random() / 2));
    this.#failures += 1;
    onConnection?.({ type: 'reconnecting', attempt: this.#failures, delayMs });
    await sleep(delayMs, signal);
  }
}

/** A network failure, a cut, and what stands before a server that is away or busy say nothing of the run. */
function mayPass(failure: unknown, hasRun: boolean): boolean {
  if (failure instanceof RunCutError || failure instanceof TypeError) return true;
  if (!(failure instanceof SluiceError)) return false;
  const { status, retryable } = errorEntry(failure.code);
  return retryable && ([502, 503, 504].includes(status) || (hasRun && status === 429));
}

/** Shorter when the network or the reader comes back. @throws the signal's reason when it aborts */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const timer = setTimeout(wake, ms);
  signal?.addEventListener('abort', wake, { once: true });
  const stopListening = onReturn(wake);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener('abort', wake);
  stopListening();
  signal?.throwIfAborted();
}
