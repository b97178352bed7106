import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SequencedEvent } from '@sluice/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { createDatabase, hasPostgres, startPostgres } from './_support/start-postgres.ts';
import { lastOf, pointAt, readEvents, textOf } from './_support/start-server.ts';

const TOKENS = 150;
const whole = Array.from({ length: TOKENS }, (_, index) => ` t${index}`).join('');
/** A run that goes on while its database is away. */
const longRun = { tokens: TOKENS, delayMs: 20 };

let dataDir: string;
let upstream: FakeUpstream;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
  upstream = await startFakeUpstream();
});
afterEach(async () => {
  await upstream[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const environment = (more: Record<string, string> = {}) => ({
  DATA_DIR: dataDir,
  ...(pointAt(upstream) as Record<string, string>),
  ...more,
});

async function statusOf(response: Promise<Response>) {
  const answer = await response;
  const text = await answer.text();
  const code = answer.headers.get('content-type')?.includes('problem') ? JSON.parse(text).code : undefined;
  return { status: answer.status, code };
}

/** A long answer in a conversation of its own, which has begun. */
async function beginAnswer(server: SpawnedServer) {
  const created = await server.call('/api/conversations', {});
  const { id: conversationId } = (await created.json()) as { id: string };
  upstream.script(longRun);
  const response = await server.call('/api/chat/stream', { conversationId, message: 'Count!' });
  const reading = readEvents(response);
  await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(5);
  upstream.script({ text: 'Hello' });
  return { conversationId, reading };
}

function expectUnsaved(events: readonly SequencedEvent[]): void {
  expect(textOf(events)).toBe(whole);
  expect(lastOf(events, 'run-end')).toMatchObject({ reason: 'complete', saved: false });
}

async function readAnswer(server: SpawnedServer, conversationId: string) {
  const response = await server.call(`/api/conversations/${conversationId}/messages`);
  const { messages = [] } = (await response.json()) as { messages?: { content: string; reason?: string }[] };
  return messages.at(-1);
}

async function msUntil(isReached: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await isReached())) await new Promise((resolve) => setTimeout(resolve, 50));
  return performance.now() - startedAt;
}

const isAnswering = async (server: SpawnedServer) =>
  (await statusOf(server.call('/api/chat/stream', { message: 'Hi' }))).status === 200;

const prlimit = '/usr/bin/prlimit';

describe.skipIf(!existsSync(prlimit) && process.env['CI'] !== 'true')(
  'a disk that takes no more (by prlimit)',
  () => {
    /** No file of the process may grow beyond so many bytes. */
    const limit = (server: SpawnedServer, bytes: string) =>
      execFileSync(prlimit, ['--pid', String(server.process.child.pid), `--fsize=${bytes}:unlimited`]);

    it(
      'refuses new runs, lets running ones end unsaved, and saves them when there is room',
      { timeout: 60_000 },
      async () => {
        const token = await createToken(environment());
        await using server = await spawnServer(environment(), token);
        const { conversationId, reading } = await beginAnswer(server);
        limit(server, '1024');
        for (const body of [{ message: 'Hi' }, { message: 'Hi', conversationId }]) {
          const refused = await statusOf(server.call('/api/chat/stream', body));
          expect(refused).toEqual({ status: 503, code: 'unavailable' });
        }
        expect(await statusOf(server.call('/api/conversations', {}))).toMatchObject({ status: 503 });
        expect(await statusOf(server.call('/api/conversations'))).toMatchObject({ status: 200 });
        expectUnsaved(await reading);
        expect(await statusOf(server.call('/healthz'))).toMatchObject({ status: 200 });
        limit(server, 'unlimited');
        const recoveredMs = await msUntil(() => isAnswering(server));
        prove('lost-database', { found: recoveredMs, cases: 1 });
        await expect
          .poll(() => readAnswer(server, conversationId), { timeout: 8000 })
          .toMatchObject({ content: whole, reason: 'complete' });
        server.process.child.kill('SIGTERM');
        expect(await server.process.exit()).toBe(0);
      },
    );
  },
);

describe.skipIf(!hasPostgres)('a Postgres that', () => {
  it(
    'goes away costs no running answer, and is used again when it is back',
    { timeout: 60_000 },
    async () => {
      await using postgres = await startPostgres();
      const settings = environment({ DATABASE_URL: await createDatabase(postgres.url) });
      const token = await createToken(settings);
      await using server = await spawnServer(settings, token);
      const { conversationId, reading } = await beginAnswer(server);
      await postgres.stop();
      const calls = [
        statusOf(server.call('/api/chat/stream', { message: 'Hi' })),
        statusOf(server.call('/api/conversations', {})),
        statusOf(server.call('/api/conversations')),
      ];
      for (const refused of await Promise.all(calls))
        expect(refused).toEqual({ status: 503, code: 'unavailable' });
      expect(await statusOf(server.call('/readyz'))).toMatchObject({ status: 503 });
      expect(await statusOf(server.call('/healthz'))).toMatchObject({ status: 200 });
      expectUnsaved(await reading);
      await postgres.start();
      const recoveredMs = await msUntil(() => isAnswering(server));
      prove('lost-database', { found: recoveredMs, cases: 1 });
      expect(await statusOf(server.call('/readyz'))).toMatchObject({ status: 200 });
      await expect
        .poll(() => readAnswer(server, conversationId), { timeout: 8000 })
        .toMatchObject({ content: whole, reason: 'complete' });
    },
  );

  it.skipIf(!existsSync('/proc'))(
    'no longer answers is told of in time, and used again',
    { timeout: 90_000 },
    async () => {
      await using postgres = await startPostgres();
      const settings = environment({ DATABASE_URL: await createDatabase(postgres.url) });
      const token = await createToken(settings);
      await using server = await spawnServer(settings, token);
      postgres.signal('SIGSTOP');
      const startedAt = performance.now();
      expect(await statusOf(server.call('/readyz'))).toMatchObject({ status: 503 });
      expect(performance.now() - startedAt).toBeLessThan(4000);
      expect(await statusOf(server.call('/api/chat/stream', { message: 'Hi' }))).toMatchObject({
        status: 503,
      });
      postgres.signal('SIGCONT');
      prove('lost-database', { found: await msUntil(() => isAnswering(server)), cases: 1 });
    },
  );

  it(
    'has a server takes no second one: it is refused at once, in a clear line',
    { timeout: 60_000 },
    async () => {
      await using postgres = await startPostgres();
      const url = await createDatabase(postgres.url);
      const settings = environment({ DATABASE_URL: url });
      await using first = await spawnServer(settings, '');
      const other = { ...settings, DATA_DIR: join(dataDir, 'other'), PORT: '0' };
      await using second = spawnProcess(process.execPath, ['packages/server/src/main.ts'], other);
      expect(await second.exit()).toBe(1);
      const { host, pathname, password } = new URL(url);
      expect(second.output().trim()).toMatch(
        new RegExp(`^another Sluice server is using the database at ${host}${pathname}: stop it, [^\\n]+$`),
      );
      expect(second.output()).not.toContain(password);
      expect(await statusOf(first.call('/healthz'))).toMatchObject({ status: 200 });
    },
  );
});
