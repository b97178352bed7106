import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type MessageList,
  type RunEvent,
  type SequencedEvent,
  type StopResult,
  foldEvents,
  followRun,
  streamRun,
} from '@sluice/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startBreakableProxy } from './_support/breakable-proxy.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import type { FakeScript } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { type SpawnedServer, spawnServer } from './_support/spawn-server.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const pair = useReplicas();
const numbered = (tokens: number) => Array.from({ length: tokens }, (_, index) => ` t${index}`).join('');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const promptFor = (script: FakeScript) => `[[fake ${JSON.stringify(script)}]]`;

/** One more server, in a process of its own that can be killed. */
async function spawnReplica(): Promise<SpawnedServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-replica-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const environment = { ...pair.environment, DATA_DIR: dataDir };
  return spawnServer(environment, pair.servers[0].token);
}

async function createConversation(): Promise<string> {
  const created = await pair.servers[0].call('/api/conversations', { body: {} });
  return ((await created.json()) as { id: string }).id;
}

async function readStored(conversationId: string) {
  const response = await pair.servers[1].call(`/api/conversations/${conversationId}/messages`);
  const { messages } = (await response.json()) as MessageList;
  return messages.find(({ role }) => role === 'assistant');
}

describe('a client between two servers', { timeout: 240_000 }, () => {
  it(`loses no event and is given none twice, cut and resumed at either (× ${fullCounts ? 1000 : 100})`, async () => {
    const wanted = fullCounts ? 1000 : 100;
    const random = randomFrom('cuts over two servers');
    const urls = pair.servers.map(({ url }) => url);
    await using proxy = await startBreakableProxy(urls, () => Math.floor(random() * 4000));
    const tokens = 150;
    pair.upstream.script({ tokens, delayMs: 4 });
    const connection = { baseUrl: proxy.url, token: pair.servers[0].token };
    const broken: RunEvent[][] = [];
    let answers = 0;
    const askUntilDone = async () => {
      while (proxy.cuts < wanted) {
        const events: RunEvent[] = await Array.fromAsync(
          streamRun({ ...connection, request: { message: 'Hi' } }),
        );
        const { content, start, end } = foldEvents(events);
        const replay = await Array.fromAsync(
          followRun({ ...connection, runId: start?.runId ?? '', after: 0 }),
        );
        const isSame = isDeepStrictEqual(
          replay,
          events.map((event, index) => ({ seq: index + 1, event })),
        );
        if (content !== numbered(tokens) || end?.reason !== 'complete' || !isSame) broken.push(events);
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: fullCounts ? 20 : 8 }, askUntilDone));
    prove('resumes-elsewhere', { found: broken.length, cases: proxy.cuts, seed: random.seed });
    expect(pair.upstream.stats.requests).toBe(answers);
  });
});

/** Where an answer is when Stop comes; what it has said by then is kept. */
const phases: Record<
  string,
  { script: FakeScript; until: (upstream: typeof pair.upstream.stats) => boolean }
> = {
  'before the headers': { script: { hang: 'headers' }, until: ({ requests }) => requests > 0 },
  'before the first token': { script: { hang: 'first' }, until: ({ requests }) => requests > 0 },
  'in the middle': { script: { tokens: 5000, delayMs: 5 }, until: ({ tokens }) => tokens > 3 },
  'in a silence': { script: { tokens: 20, hang: 'mid', after: 5 }, until: ({ tokens }) => tokens > 3 },
  'during the wait before another call': {
    script: { status: 503, headers: { 'retry-after': '10' } },
    until: ({ requests }) => requests > 0,
  },
  'just as it ends': { script: { tokens: 3, delayMs: 2 }, until: ({ requests }) => requests > 0 },
};

describe('Stop at either server', { timeout: 240_000 }, () => {
  const times = fullCounts ? 100 : 6;
  it.each(Object.keys(phases))(
    `ends an answer once, with its text, %s (× ${times} at each)`,
    async (phase) => {
      const { script, until } = phases[phase] ?? phases['in the middle']!;
      const stopOne = async (index: number) => {
        const owner = pair.servers[index % 2 === 0 ? 0 : 1];
        const asked = pair.servers[Math.floor(index / 2) % 2 === 0 ? 0 : 1];
        const conversationId = await createConversation();
        const body = { message: 'Hi', conversationId };
        const response = await owner.call('/api/chat/stream', { body });
        const reading = readEvents(response);
        await vi.waitFor(() => expect(until(pair.upstream.stats)).toBe(true), { interval: 2, timeout: 5000 });
        const runId = response.headers.get('x-run-id');
        const stopped = await asked.call(`/api/runs/${runId}/stop`, { method: 'POST' });
        const result = (await stopped.json()) as StopResult;
        const events = await reading;
        const end = lastOf(events, 'run-end');
        expect(stopped.status).toBe(200);
        expect(result.state).toBe(end?.reason);
        expect(events.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
        expect(phase === 'just as it ends' ? ['stopped', 'complete'] : ['stopped']).toContain(end?.reason);
        if (end?.reason === 'stopped')
          prove('stops', { found: result.upstreamClosedMs ?? Infinity, cases: 1 });
        expect(await readStored(conversationId)).toMatchObject({
          content: textOf(events),
          reason: end?.reason,
        });
      };
      for (let done = 0; done < times * 2; done += 4) {
        pair.upstream.reset();
        pair.upstream.script(script);
        await Promise.all([0, 1, 2, 3].map((index) => stopOne(done + index)));
        await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(0));
      }
    },
  );
});

describe('a server that is killed', { timeout: 400_000 }, () => {
  /** Begins an answer there, and reads it until the server is gone. */
  async function readUntilKilled(server: SpawnedServer) {
    const conversationId = await createConversation();
    const message = promptFor({ tokens: 5000, delayMs: 4 });
    const response = await server.call('/api/chat/stream', { conversationId, message });
    const events: SequencedEvent[] = [];
    const gone = (async () => {
      try {
        for await (const event of iterateEvents(response)) events.push(event);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    })();
    return { conversationId, runId: response.headers.get('x-run-id') ?? '', events, gone };
  }

  const rounds = fullCounts ? 20 : 2;
  it(`leaves what it said to the others, who end it within ten seconds (× ${rounds})`, async () => {
    const random = randomFrom('kills');
    let [slowestReadMs, slowestEndMs] = [0, 0];
    const killOne = async () => {
      await using server = await spawnReplica();
      const readings = await Promise.all([1, 2, 3].map(() => readUntilKilled(server)));
      await pause(200 + random() * 800);
      const killedAt = Date.now();
      server.process.child.kill('SIGKILL');
      await Promise.all(readings.map(({ gone }) => gone));
      const { url: baseUrl, token } = pair.servers[1];
      const checkOne = async ({ runId, events, conversationId }: (typeof readings)[number]) => {
        const followed: SequencedEvent[] = [];
        for await (const event of followRun({ baseUrl, token, runId, after: 0 })) {
          followed.push(event);
          if (followed.length === events.length)
            slowestReadMs = Math.max(slowestReadMs, Date.now() - killedAt);
        }
        slowestEndMs = Math.max(slowestEndMs, Date.now() - killedAt);
        expect(followed.slice(0, events.length)).toEqual(events);
        expect(followed.map(({ seq }) => seq)).toEqual(followed.map((_, index) => index + 1));
        expect(lastOf(followed, 'run-end')).toMatchObject({ reason: 'interrupted', saved: true });
        expect(lastOf(followed, 'error')).toMatchObject({ code: 'interrupted', retryable: true });
        const stored = await readStored(conversationId);
        expect(stored).toMatchObject({ content: textOf(followed), reason: 'interrupted' });
        expect(textOf(followed).length).toBeGreaterThan(0);
      };
      await Promise.all(readings.map(checkOne));
    };
    for (let done = 0; done < rounds; done += 2) await Promise.all([killOne(), killOne()]);
    const { seed } = random;
    prove('kills-read', { found: slowestReadMs, cases: rounds, seed });
    prove('kills-end', { found: slowestEndMs, cases: rounds, seed });
  });

  it('that only stood still for long ends nothing that others have ended', async () => {
    await using server = await spawnReplica();
    const { runId, events, gone, conversationId } = await readUntilKilled(server);
    await pause(300);
    server.process.child.kill('SIGSTOP');
    const { url: baseUrl, token } = pair.servers[1];
    const followed = await Array.fromAsync(followRun({ baseUrl, token, runId, after: 0 }));
    server.process.child.kill('SIGCONT');
    await gone;
    expect(events.some(({ event }) => event.type === 'run-end')).toBe(false);
    expect(followed.slice(0, events.length)).toEqual(events);
    expect(lastOf(followed, 'run-end')).toMatchObject({ reason: 'interrupted' });
    expect(await readStored(conversationId)).toMatchObject({ content: textOf(followed) });
    await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(0), { timeout: 5000 });
    // It is one of them again.
    const own = { baseUrl: server.url, token, request: { message: 'Hi' } };
    const answer = foldEvents(await Array.fromAsync(streamRun(own)));
    expect(answer.end).toMatchObject({ reason: 'complete', saved: true });
  });
});
