import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type RunEvent, foldEvents, streamRun } from '@sluice/shared';
import { directive } from './fake-upstream-script.ts';

const tokensOf = (count: number) => Array.from({ length: count }, (_, index) => ` t${index}`).join('');

/** Asks a fake upstream's model at a steady rate, as the page and other clients do, and keeps count of what goes wrong on the way. */
export class SteadyLoad implements Disposable {
  readonly #connection: Connection;
  readonly #streams: Promise<void>[] = [];
  readonly #stop = new AbortController();
  readonly problems: string[] = [];
  /** How often each status came, and how often none. */
  readonly answers: Record<string, number> = {};
  resumed = 0;

  constructor(connection: Connection, perSecond: number) {
    this.#connection = { ...connection, fetch: (...args) => this.#fetch(...args) };
    void this.#begin(perSecond);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Begins no more. @returns how many there were, when the last has ended */
  async end(): Promise<number> {
    this.#stop.abort();
    await Promise.all(this.#streams);
    return this.#streams.length;
  }

  async #begin(perSecond: number): Promise<void> {
    const start = performance.now();
    while (!this.#stop.signal.aborted) {
      this.#streams.push(this.#ask(this.#streams.length));
      const due = start + (this.#streams.length * 1000) / perSecond;
      await sleep(Math.max(0, due - performance.now()));
    }
  }

  async #fetch(...args: Parameters<typeof fetch>): Promise<Response> {
    const count = (answer: string | number) => (this.answers[answer] = (this.answers[answer] ?? 0) + 1);
    try {
      const response = await fetch(...args);
      count(response.status);
      return response;
    } catch (error) {
      count('network error');
      throw error;
    }
  }

  /** Answers of two to four seconds. */
  async #ask(index: number): Promise<void> {
    const tokens = 20 + (index % 21);
    const events: RunEvent[] = [];
    try {
      const run = streamRun({
        ...this.#connection,
        request: { message: directive({ tokens, delayMs: 100 }) },
        onConnection: ({ type }) => (this.resumed += type === 'resumed' ? 1 : 0),
      });
      for await (const event of run) events.push(event);
      const { content, end } = foldEvents(events);
      const marks = events.filter(({ type }) => type === 'run-start' || type === 'run-end').length;
      if (content !== tokensOf(tokens) || end?.reason !== 'complete' || marks !== 2) {
        this.problems.push(`stream ${index}: ${end?.reason}, ${marks} marks, ${JSON.stringify(content)}`);
      }
    } catch (error) {
      this.problems.push(`stream ${index}, after ${events.length} events: ${String(error)}`);
    }
  }
}
