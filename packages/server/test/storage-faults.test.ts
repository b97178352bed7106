import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { createDatabase, hasPostgres, startPostgres } from './_support/start-postgres.ts';
import { lastOf, pointAt, readEvents, textOf } from './_support/start-server.ts';

const TOKENS = 150;
const ANSWERS = 10;
const whole = Array.from({ length: TOKENS }, (_, index) => ` t${index}`).join('');
/** Asks for one that goes on while its database is away. */
const longAnswer = directive({ tokens: TOKENS, delayMs: 20 });

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
  MAX_RUNS_PER_USER: '0',
  ...(pointAt(upstream) as Record<string, string>),
  ...more,
});

async function statusOf(response: Promise<Response>) {
  const answer = await response;
  const text = await answer.text();
  const code = answer.headers.get('content-type')?.includes('problem') ? JSON.parse(text).code : undefined;
  return { status: answer.status, code };
}

/** A long answer in a conversation of its own. */
async function beginAnswer(server: SpawnedServer) {
  const created = await server.call('/api/conversations', {});
  const { id: conversationId } = (await created.json()) as { id: string };
  const response = await server.call('/api/chat/stream', { conversationId, message: longAnswer });
  return { conversationId, reading: readEvents(response) };
}

/** Answers that run together. @returns how they end, when all have begun */
async function beginAnswers(server: SpawnedServer) {
  const answers = await Promise.all(Array.from({ length: ANSWERS }, () => beginAnswer(server)));
  await expect.poll(() => upstream.stats.tokens).toBeGreaterThan(5 * ANSWERS);
  return answers;
}
type Answers = Awaited<ReturnType<typeof beginAnswers>>;

/** None claims to be saved while it is not, and each is when the database is back. */
async function proveSavedLater(server: SpawnedServer, ended: Answers, bringBack: () => unknown) {
  const lists = await Promise.all(ended.map(({ reading }) => reading));
  const untold = lists.filter((events) => {
    const end = lastOf(events, 'run-end');
    return textOf(events) !== whole || end?.reason !== 'complete' || end.saved !== false;
  });
  await bringBack();
  const recoveredMs = await msUntil(() => isAnswering(server));
  prove('lost-database', { found: recoveredMs, cases: 1 });
  const isSaved = async ({ conversationId }: Answers[number]) => {
    const answer = await readAnswer(server, conversationId);
    return answer?.content === whole && answer.reason === 'complete';
  };
  const countUnsaved = async () => (await Promise.all(ended.map(isSaved))).filter((is) => !is).length;
  await expect.poll(countUnsaved, { timeout: 8000 }).toBe(0);
  prove('unsaved', { found: untold.length, cases: ANSWERS });
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
        const answers = await beginAnswers(server);
        const [{ conversationId }] = answers as [Answers[number]];
        limit(server, '1024');
        for (const body of [{ message: 'Hi' }, { message: 'Hi', conversationId }]) {
          const refused = await statusOf(server.call('/api/chat/stream', body));
          expect(refused).toEqual({ status: 503, code: 'unavailable' });
        }
        expect(await statusOf(server.call('/api/conversations', {}))).toMatchObject({ status: 503 });
        expect(await statusOf(server.call('/api/conversations'))).toMatchObject({ status: 200 });
        expect(await statusOf(server.call('/healthz'))).toMatchObject({ status: 200 });
        await proveSavedLater(server, answers, () => limit(server, 'unlimited'));
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
      const answers = await beginAnswers(server);
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
      await proveSavedLater(server, answers, () => postgres.start());
      expect(await statusOf(server.call('/readyz'))).toMatchObject({ status: 200 });
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
