import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { prove, proveAll } from './_support/guarantees/prove.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { startSlowProxy } from './_support/slow-proxy.ts';
import {
  type RunningPostgres,
  createDatabase,
  hasPostgres,
  runAsAdmin,
  startPostgres,
} from './_support/start-postgres.ts';
import { lastOf, pointAt, readEvents, textOf } from './_support/start-server.ts';

/** For five seconds: on a slow machine too, ten of them outlive the beginning of a fault. */
const TOKENS = 250;
const ANSWERS = 10;
const whole = Array.from({ length: TOKENS }, (_, index) => ` t${index}`).join('');
/** Asks for one that goes on while its database is away. */
const longAnswer = directive({ tokens: TOKENS, delayMs: 20 });
const shortAnswer = directive({ tokens: 50, delayMs: 20 });

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

/** An answer in a conversation of its own. */
async function beginAnswer(server: SpawnedServer, message = longAnswer) {
  const created = await server.call('/api/conversations', {});
  const { id: conversationId } = (await created.json()) as { id: string };
  const response = await server.call('/api/chat/stream', { conversationId, message });
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
  const unsaved = await awaitSaved(server, ended, whole);
  proveAll([
    ['lost-database', { found: recoveredMs, cases: 1 }],
    ['unsaved', { found: untold.length + unsaved, cases: ANSWERS }],
  ]);
}

/** Waits up to eight seconds until each is stored with that text. @returns how many are not then */
async function awaitSaved(server: SpawnedServer, answers: Answers, text: string): Promise<number> {
  const isUnsaved = async ({ conversationId }: Answers[number]) => {
    const answer = await readAnswer(server, conversationId);
    return answer?.content !== text || answer.reason !== 'complete';
  };
  const count = async () => (await Promise.all(answers.map(isUnsaved))).filter(Boolean).length;
  const none = async () => expect(await count()).toBe(0);
  await vi.waitFor(none, { timeout: 8000 }).catch(() => undefined);
  return count();
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
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it(
    'goes away costs no running answer, and is used again when it is back',
    { timeout: 60_000 },
    async () => {
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

  it(
    'turns read-only costs no running answer, and is used again when it takes writes',
    { timeout: 60_000 },
    async () => {
      const url = await createDatabase(postgres.url);
      const settings = environment({ DATABASE_URL: url });
      const token = await createToken(settings);
      await using server = await spawnServer(settings, token);
      const answers = await beginAnswers(server);
      const name = new URL(url).pathname.slice(1);
      await runAsAdmin(
        postgres.url,
        `alter database ${name} set default_transaction_read_only = on`,
        `select pg_terminate_backend(pid, 2000) from pg_stat_activity where datname = '${name}'`,
      );
      const calls = [
        statusOf(server.call('/api/chat/stream', { message: 'Hi' })),
        statusOf(server.call('/api/conversations', {})),
      ];
      for (const refused of await Promise.all(calls))
        expect(refused).toEqual({ status: 503, code: 'unavailable' });
      expect(await statusOf(server.call('/api/conversations'))).toMatchObject({ status: 200 });
      await proveSavedLater(server, answers, () =>
        runAsAdmin(postgres.url, `alter database ${name} reset default_transaction_read_only`),
      );
    },
  );

  it('is slow costs no answer', { timeout: 60_000 }, async () => {
    await using proxy = await startSlowProxy(await createDatabase(postgres.url));
    const settings = environment({ DATABASE_URL: proxy.url });
    const token = await createToken(settings);
    await using server = await spawnServer(settings, token);
    const begin = () => beginAnswer(server, shortAnswer);
    const answers = await Promise.all(Array.from({ length: ANSWERS }, begin));
    proxy.delayMs = 300;
    const short = whole.slice(0, whole.indexOf(' t50'));
    for (const { reading } of answers) {
      const events = await reading;
      expect([textOf(events), lastOf(events, 'run-end')?.reason]).toEqual([short, 'complete']);
    }
    // Who has to wait too long for a connection is told to ask again.
    await msUntil(() => isAnswering(server));
    proxy.delayMs = 0;
    expect(await awaitSaved(server, answers, short)).toBe(0);
  });

  it.skipIf(!existsSync('/proc'))(
    'no longer answers is told of in time, and used again',
    { timeout: 90_000 },
    async () => {
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
