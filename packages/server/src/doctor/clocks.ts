import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { type Finding, warn } from './finding.ts';
import { MAX_SKEW_MS } from './judge-skew.ts';

/** Of Node: an answer has come to a request of this process. */
const CHANNEL = 'http.client.response.finish';

interface Answered {
  request: { host: string };
  response: IncomingMessage;
}

/** The clocks of others, by the Date of what they answer to calls of this process: no call is made for it. */
export class Clocks implements Disposable {
  /** By how many ms the one here is ahead, by host. */
  readonly #aheadMs = new Map<string, number>();

  constructor() {
    subscribe(CHANNEL, this.#note);
  }

  readonly #note = (message: unknown): void => {
    const { request, response } = message as Answered;
    const { date, age } = response.headers;
    const theirs = Date.parse(date ?? '');
    // An answer out of a cache has the Date of when it was made.
    if (Number.isNaN(theirs) || age !== undefined) return;
    this.#aheadMs.set(request.host, Date.now() - theirs);
  };

  /** The one here is wrong when none agrees with it; another's is not ours to set. */
  judge(): Finding[] {
    const hosts = [...this.#aheadMs.keys()];
    const [first = 0] = this.#aheadMs.values();
    if (this.#aheadMs.values().some((aheadMs) => Math.abs(aheadMs) <= MAX_SKEW_MS) || hosts.length === 0)
      return [];
    const way = first > 0 ? 'ahead of' : 'behind';
    const says = `the clock here is ${Math.round(Math.abs(first) / 1000)} s ${way} that of ${hosts.join(', ')}`;
    return [warn('clock', says, ['synchronise it with a time server (timedatectl set-ntp true)'])];
  }

  [Symbol.dispose](): void {
    unsubscribe(CHANNEL, this.#note);
  }
}
