import { SluiceError } from '@sluice/shared';
import type { IncrementResponse, Options, Store } from 'express-rate-limit';
import { OwnRateStore } from './own-rate-store.ts';

/**
 * Counts together with other processes, and alone while that is `unavailable`: a request is neither refused for it nor let through
 * uncounted. This process counts its own all the time, so that nobody begins anew when the others' counts are lost.
 */
export class FallbackRateStore implements Store {
  readonly #shared: Store;
  readonly #own = new OwnRateStore();

  constructor(shared: Store) {
    this.#shared = shared;
  }

  get prefix(): string {
    return this.#shared.prefix ?? '';
  }

  async init(options: Options): Promise<void> {
    this.#own.init(options);
    await this.#shared.init?.(options);
  }

  async increment(key: string): Promise<IncrementResponse> {
    // As it is now: the store goes on counting in the same object.
    const own = { ...(await this.#own.increment(key)) };
    return (await orUndefined(() => this.#shared.increment(key))) ?? own;
  }

  async decrement(key: string): Promise<void> {
    await this.#own.decrement(key);
    await orUndefined(() => this.#shared.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    await this.#own.resetKey(key);
    await orUndefined(() => this.#shared.resetKey(key));
  }
}

async function orUndefined<Reply>(ask: () => Promise<Reply> | Reply): Promise<Reply | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unavailable') return undefined;
    throw error;
  }
}
