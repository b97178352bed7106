// In: a piece of text. Out: how many tokens a common tokenizer finds in it. Never: a wait of more than a third of a second.
import { Worker } from 'node:worker_threads';
import type { CountAnswer, CountRequest } from './count-tokens-worker.ts';

export interface TokenCounter extends Disposable {
  /**
   * By OpenAI's o200k_base, which others are near enough to for an estimate.
   *
   * @returns undefined when it cannot be told in time, which is so for the first text after a long pause unless it has a second
   */
  count(text: string, patienceMs: number): Promise<number | undefined>;
}

/** After the last text: its table takes 100 MB. */
const KEPT_MS = 600_000;

/** @param keptMs how long the thread stays after it was last asked */
export function createTokenCounter(keptMs = KEPT_MS): TokenCounter {
  const waiting = new Map<number, (tokens: number | undefined) => void>();
  let worker: Worker | undefined;
  let leave: NodeJS.Timeout | undefined;
  let number = 0;

  function close(): void {
    clearTimeout(leave);
    void worker?.terminate();
    worker = undefined;
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  }

  function open(): Worker {
    const opened = new Worker(new URL('./count-tokens-worker.ts', import.meta.url), {
      execArgv: [],
      env: {},
    });
    opened.unref();
    opened.on('message', ({ number: of, tokens }: CountAnswer) => waiting.get(of)?.(tokens));
    // Without it there are estimates by length; the next text tries again.
    opened.on('error', () => {
      if (worker === opened) close();
    });
    return opened;
  }

  return {
    async count(text, patienceMs) {
      clearTimeout(leave);
      worker ??= open();
      leave = setTimeout(close, keptMs).unref();
      number += 1;
      const request: CountRequest = { number, text };
      const counted = Promise.withResolvers<number | undefined>();
      waiting.set(number, counted.resolve);
      const timer = setTimeout(() => counted.resolve(undefined), patienceMs);
      worker.postMessage(request);
      const tokens = await counted.promise;
      clearTimeout(timer);
      waiting.delete(request.number);
      return tokens;
    },
    [Symbol.dispose]: close,
  };
}
