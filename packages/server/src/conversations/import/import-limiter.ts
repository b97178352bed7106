import { SluiceError } from '@sluice/shared';

/** Of one user, from the first byte of the file on: each is kept in memory. */
const MAX_OF_USER = 2;
/** Of all users together, whose files have arrived. */
const MAX_WAITING = 20;

interface Waiting {
  userId: string;
  start: () => void;
}

/** Lets few imports run at a time, and one of each user. */
export class ImportLimiter {
  readonly #maxRunning: number;
  readonly #admitted = new Map<string, number>();
  readonly #running = new Set<string>();
  #waiting: Waiting[] = [];

  /** @param maxRunning at once: each has a thread */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /**
   * Takes one of the user's places; given back by disposing.
   * @throws {SluiceError} `rate_limited`
   */
  admit(userId: string): Disposable {
    const count = this.#admitted.get(userId) ?? 0;
    if (count >= MAX_OF_USER) {
      const detail = `${count} imports of yours are going on already; wait until one has ended`;
      throw new SluiceError('rate_limited', { detail, retryAfterMs: 5000 });
    }
    this.#admitted.set(userId, count + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#admitted.get(userId) ?? 1) - 1;
        if (left === 0) this.#admitted.delete(userId);
        else this.#admitted.set(userId, left);
      },
    };
  }

  /**
   * Waits until this user's import may run, which it does until the result is disposed.
   * @param signal ends the waiting
   * @throws {SluiceError} `unavailable` when too many wait already
   */
  async start(userId: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#mayRun(userId)) return this.#run(userId);
    if (this.#waiting.length >= MAX_WAITING) {
      const detail = 'others are importing just now; try again in a moment';
      throw new SluiceError('unavailable', { detail, retryAfterMs: 5000 });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const entry: Waiting = { userId, start: () => resolve(this.#run(userId)) };
    const giveUp = () => {
      this.#forget(entry);
      reject(signal.reason as Error);
    };
    this.#waiting.push(entry);
    signal.addEventListener('abort', giveUp);
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  #mayRun(userId: string): boolean {
    return this.#running.size < this.#maxRunning && !this.#running.has(userId);
  }

  #run(userId: string): Disposable {
    this.#running.add(userId);
    return {
      [Symbol.dispose]: () => {
        this.#running.delete(userId);
        const next = this.#waiting.find((each) => this.#mayRun(each.userId));
        if (next === undefined) return;
        this.#forget(next);
        next.start();
      },
    };
  }

  #forget(entry: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== entry);
  }
}
