import { SluiceError } from '@sluice/shared';
import type { RunOwner } from './run-owner.ts';

/** One who reads a run's events, until they leave or may no longer. */
export class Follower {
  /** Who reads, and with what they asked for it. */
  readonly owner: RunOwner;
  readonly #controller = new AbortController();

  /** @param closed aborts when they leave */
  constructor(owner: RunOwner, closed: AbortSignal) {
    this.owner = owner;
    const leave = () => this.#controller.abort();
    if (closed.aborted) leave();
    else closed.addEventListener('abort', leave, { once: true });
  }

  /** Aborts at the end of the following; with a `SluiceError` when it was not their wish. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends what they read as a cut, with `token_revoked`. The run goes on for the others. */
  revoke(): void {
    this.#controller.abort(new SluiceError('token_revoked'));
  }
}
