import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type RunEvent, followRun, foldEvents, stopRun, streamRun } from '@sluice/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeStack } from './_support/compose-stack.ts';

// Run by `node scripts/run.mjs compose-check`, not by npm test.
const { url, compose, docker, up, down, createToken, stats } = composeStack(
  ['docker-compose.scale.yml', 'e2e/compose.fake-upstream.yml'],
  {
    // With what a URL has other uses for.
    POSTGRES_PASSWORD: 'only:of/this@check#%25',
    JWT_SECRET: 'only-of-this-check-5d0c2f9be7a14f63',
    // One user asks for everything.
    MAX_RUNS_PER_USER: '0',
    RATE_LIMIT_PER_MINUTE: '0',
  },
);

const promptOf = (script: object) => `[[fake ${JSON.stringify(script)}]]`;
const tokensOf = (count: number) => Array.from({ length: count }, (_, index) => ` t${index}`).join('');

/** Asks at a steady rate, as the page and other clients do, and keeps count of what goes wrong on the way. */
class SteadyLoad implements Disposable {
  readonly #connection: Connection;
  readonly #streams: Promise<void>[] = [];
  readonly #stop = new AbortController();
  readonly problems: string[] = [];
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
        request: { message: promptOf({ tokens, delayMs: 100 }) },
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

describe('docker compose up with docker-compose.scale.yml', () => {
  let connection: Connection;
  let servers: string[];
  beforeAll(async () => {
    await up();
    connection = { baseUrl: url, token: await createToken() };
    servers = (await compose('ps', '-q', 'server')).split('\n');
    expect(servers).toHaveLength(2);
  }, 900_000);
  afterAll(() => down(), 120_000);

  it('shows and stops an answer of either server, whichever nginx asks', async () => {
    const own: RunEvent[] = [];
    const asked = Promise.withResolvers<string>();
    const caller = (async () => {
      const request = { message: promptOf({ tokens: 2000, delayMs: 20 }) };
      for await (const event of streamRun({ ...connection, request })) {
        own.push(event);
        if (event.type === 'run-start') asked.resolve(event.runId);
      }
    })();
    const runId = await asked.promise;
    const follow = async () => {
      const events: RunEvent[] = [];
      for await (const { event } of followRun({ ...connection, runId, after: 0 })) events.push(event);
      return events;
    };
    const followers = Promise.all(Array.from({ length: 6 }, follow));
    await sleep(1000);
    for (const _server of servers) {
      expect(await stopRun(connection, runId)).toMatchObject({ runId, state: 'stopped' });
    }
    await caller;
    expect(foldEvents(own)).toMatchObject({ end: { reason: 'stopped' } });
    for (const events of await followers) expect(events).toEqual(own);
    expect((await stats()).active).toBe(0);
    const log = await compose('logs', '--no-log-prefix', 'nginx');
    const asks = log.split('\n').filter((line) => line.includes(`GET /api/runs/${runId}/events`));
    expect(asks).toHaveLength(6);
    expect(new Set(asks.map((line) => /server="([^"]+)"/.exec(line)?.[1])).size).toBe(2);
  });

  it('loses nothing when its servers are restarted one after the other', async () => {
    const before = await stats();
    const startedAt = performance.now();
    using load = new SteadyLoad(connection, 20);
    for (const server of servers) {
      await sleep(7000);
      await docker('stop', '-t', '60', server);
      // It has drained, and was not killed.
      expect(await docker('inspect', '-f', '{{.State.ExitCode}}', server)).toBe('0');
      await docker('start', server);
      const health = () => docker('inspect', '-f', '{{.State.Health.Status}}', server);
      await expect.poll(health, { timeout: 60_000, interval: 500 }).toBe('healthy');
    }
    await sleep(7000);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const total = await load.end();
    const seen = JSON.stringify(load.answers);
    console.log(
      `${total} streams in ${seconds} s, ${load.problems.length} failed, ${load.resumed} came back; answers: ${seen}`,
    );
    expect(load.problems).toEqual([]);
    expect(total).toBeGreaterThan(seconds * 19);
    // A request that was sent again made no second call.
    expect((await stats()).requests - before.requests).toBe(total);
  }, 180_000);
});
