import { SluiceError } from '@sluice/shared';

/** Sockets that one may have open at once: a user, and an address from which nobody has said yet who they are. */
const most = { user: 100, address: 50 } as const;

export class SocketPlaces {
  readonly #taken = new Map<string, number>();

  /** @returns what gives the place back, once @throws {SluiceError} `rate_limited` */
  take(kind: keyof typeof most, of: string): Disposable {
    const key = `${kind} ${of}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= most[kind]) {
      throw new SluiceError('rate_limited', {
        detail: `at most ${most[kind]} WebSockets of one ${kind} at once`,
      });
    }
    this.#taken.set(key, taken + 1);
    const stack = new DisposableStack();
    stack.defer(() => {
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    });
    return stack;
  }
}
