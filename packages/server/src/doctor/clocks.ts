import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Finding } from './finding.ts';
import { judgeSkew } from './judge-skew.ts';

/** Of Node: an answer has come to a request of this process. */
const CHANNEL = 'http.client.response.finish';

interface Answered {
  request: { host: string };
  response: IncomingMessage;
}

/** The clocks of others, by the Date of what they answer to calls of this process: no call is made for it. */
export class Clocks implements Disposable {
  /** Epoch ms of theirs and of ours, by host. */
  readonly #seen = new Map<string, { theirs: number; ours: number }>();

  constructor() {
    subscribe(CHANNEL, this.#note);
  }

  readonly #note = (message: unknown): void => {
    const { request, response } = message as Answered;
    const { date, age } = response.headers;
    const theirs = Date.parse(date ?? '');
    // An answer out of a cache has the Date of when it was made.
    if (Number.isNaN(theirs) || age !== undefined) return;
    this.#seen.set(request.host, { theirs, ours: Date.now() });
  };

  /** What differs from the one here. */
  judge(): Finding[] {
    return [...this.#seen].flatMap(([host, { theirs, ours }]) => judgeSkew(host, theirs, ours));
  }

  [Symbol.dispose](): void {
    unsubscribe(CHANNEL, this.#note);
  }
}
