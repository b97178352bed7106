import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SluiceError } from '@sluice/shared';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import '../../test/_support/provide-postgres.ts';
import '../../test/_support/provide-redis.ts';
import { createDatabase, dropDatabase } from '../../test/_support/start-postgres.ts';
import { loadJwtSecret } from '../auth/load-jwt-secret.ts';
import type { RedisState } from '../event-log/inspect-redis.ts';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import type { DatabaseState } from '../storage/inspect-database.ts';
import { openDatabase } from '../storage/open-database.ts';
import { makeUser } from '../storage/rows.fixture.ts';
import { checkDatabase, judgeDatabase } from './check-database.ts';
import { judgeDisk } from './check-disk.ts';
import { checkProviders, judgeFailure } from './check-providers.ts';
import { checkRedis, judgeRedis } from './check-redis.ts';
import { checkSecret } from './check-secret.ts';
import type { Finding } from './finding.ts';

const now = 1_700_000_000_000;
const cluster = inject('postgresUrl');
const redisUrl = inject('redisUrl');
const levels = (findings: readonly Finding[]) => findings.map(({ level, check }) => `${level} ${check}`);

describe('checkSecret', () => {
  it('makes none', async () => {
    const dataDir = await makeDataDir();
    const { secret, findings } = await checkSecret({ dataDir, given: undefined });
    expect([secret, levels(findings)]).toEqual([undefined, ['note secret']]);
    expect(await readdir(join(dataDir, '..'))).toEqual([]);
  });

  it('refuses a weak one, and never says it', async () => {
    const { secret, findings } = await checkSecret({ dataDir: '/nowhere', given: 'changeme' });
    expect([secret, levels(findings)]).toEqual([undefined, ['fail secret']]);
    expect(JSON.stringify(findings)).not.toContain('changeme');
  });

  it('tells who else can read it', async () => {
    const dataDir = await makeDataDir();
    const made = await loadJwtSecret({ dataDir, given: undefined });
    expect(await checkSecret({ dataDir, given: undefined })).toMatchObject({
      secret: made,
      findings: [{ level: 'ok' }],
    });
    await chmod(join(dataDir, 'jwt-secret'), 0o644);
    await chmod(dataDir, 0o755);
    const { findings } = await checkSecret({ dataDir, given: undefined });
    expect(findings.slice(1).map(({ fixes }) => fixes[0])).toEqual([
      `chmod 600 ${join(dataDir, 'jwt-secret')}`,
      `chmod 700 ${dataDir}`,
    ]);
    expect(JSON.stringify(findings)).not.toContain(made);
  });
});

describe('checkDatabase', () => {
  it('makes none, beside a folder or without one', async () => {
    const dataDir = await makeDataDir();
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['note database']);
    await mkdir(dataDir);
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['note database']);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('looks at one that a server is using', async () => {
    const dataDir = await makeDataDir();
    await using database = await openDatabase({ dataDir });
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['ok database', 'warn accounts']);
    await database.users.insert({ ...makeUser(), role: 'admin', passwordHash: 'x' });
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['ok database']);
  });

  it('tells of one that is none, is older, newer, or away', async () => {
    const dataDir = await makeDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'sluice.db'), 'no database at all, but long enough to be one'.repeat(100));
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['fail database']);
    await writeFile(join(dataDir, 'sluice.db'), '');
    expect(levels(await checkDatabase({ dataDir }))).toEqual(['note database']);
    const databaseUrl = 'postgres://sluice:hunter2@127.0.0.1:9/none';
    const away = await checkDatabase({ dataDir, databaseUrl });
    expect(levels(away)).toEqual(['fail database']);
    expect(JSON.stringify(away)).not.toContain('hunter2');
  });

  it.skipIf(cluster === undefined)(
    'looks at a Postgres as it is, before and after its first server',
    async () => {
      const databaseUrl = await createDatabase(cluster ?? '');
      onTestFinished(() => dropDatabase(databaseUrl));
      const location = { dataDir: await makeDataDir(), databaseUrl };
      expect(levels(await checkDatabase(location))).toEqual(['note database']);
      await (await openDatabase(location))[Symbol.asyncDispose]();
      const findings = await checkDatabase(location);
      expect(levels(findings)).toEqual(['ok database', 'warn accounts']);
      expect(findings[0]?.says).toMatch(/^Postgres at .+ \(\d[\d.]* [KM]iB\)$/);
    },
  );

  it('tells of one that takes no writes, of its age, and of its clock', () => {
    const state: DatabaseState = {
      name: 'Postgres at db/sluice',
      version: '15.4 (Debian 15.4-1)',
      bytes: 1e6,
      pending: 0,
      hasAdmin: true,
      isWritable: true,
      now,
    };
    expect(levels(judgeDatabase(state, now + 4000))).toEqual(['ok database']);
    expect(levels(judgeDatabase({ ...state, isWritable: false }, now))).toEqual(['fail database']);
    expect(levels(judgeDatabase({ ...state, version: '9.6' }, now))).toEqual([
      'ok database',
      'warn database',
    ]);
    expect(levels(judgeDatabase(state, now + 60_000))).toEqual(['ok database', 'warn clock']);
  });
});

describe('judgeRedis', () => {
  const state: RedisState = { version: '7.4.1', policy: 'noeviction', usedBytes: 1, maxBytes: 0, now };
  const judge = (changes: Partial<RedisState>) =>
    levels(judgeRedis({ ...state, ...changes }, { host: 'redis:6379', now }));

  it('demands a version, a policy and room', () => {
    expect(judge({})).toEqual(['ok redis']);
    expect(judge({ version: '10.0.0', policy: undefined })).toEqual(['ok redis']);
    expect(judge({ version: '6.2.14' })).toEqual(['fail redis']);
    expect(judge({ policy: 'allkeys-lru' })).toEqual(['fail redis']);
    expect(judge({ usedBytes: 90, maxBytes: 100 })).toEqual(['warn redis']);
    expect(judge({ now: now - 60_000 })).toEqual(['ok redis', 'warn clock']);
  });

  it.skipIf(redisUrl === undefined)('asks a real one', async () => {
    const [finding] = await checkRedis(redisUrl ?? '');
    expect(finding?.says).toMatch(/^Redis (\d+\.\d+\.\d+ )?at /);
    expect(finding?.says).not.toContain('cannot be used');
  });

  it('tells of one that is away without its password', async () => {
    const findings = await checkRedis('redis://user:hunter2@127.0.0.1:9/0');
    expect(levels(findings)).toEqual(['fail redis']);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

describe('the other checks', () => {
  it('want a gigabyte of disk', () => {
    const gib = 1024 ** 3;
    const levelOf = (bytes: number) => judgeDisk('/data', bytes).level;
    expect([levelOf(5 * gib), levelOf(0.5 * gib), levelOf(0.01 * gib)]).toEqual(['ok', 'warn', 'fail']);
  });

  it('tell a key that is refused from a provider that is away, in no words of others', () => {
    const levelOf = (error: unknown) => judgeFailure('openai', error);
    expect(levelOf(new SluiceError('upstream_auth'))).toMatchObject({
      level: 'fail',
      says: 'openai refuses its key',
    });
    expect(levelOf(new SluiceError('upstream_overloaded'))).toMatchObject({ level: 'warn' });
    expect(levelOf(new Error('sk-secret'))).toMatchObject({ level: 'fail', says: 'openai cannot be asked' });
  });

  it('mind no Ollama that nobody has named', async () => {
    const ollama = { id: 'ollama', preset: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:9' } as const;
    expect(levels(await checkProviders([ollama], new Set(['ollama'])))).toEqual(['warn providers']);
    expect(levels(await checkProviders([ollama], new Set()))).toEqual(['fail providers']);
  });

  it('hold the clock here against those of providers, as their answers tell it', async () => {
    let headers: Record<string, string> = {};
    await using server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end('{"data":[]}'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = {
      id: 'openai',
      preset: 'openai',
      name: 'OpenAI',
      baseUrl,
      apiKey: 'sk-canary',
    } as const;
    const check = async () =>
      (await checkProviders([settings], new Set())).filter((one) => one.check === 'clock');
    expect(await check()).toEqual([]);
    headers = { date: new Date(Date.now() - 60_000).toUTCString() };
    expect(await check()).toMatchObject([
      {
        level: 'warn',
        says: expect.stringMatching(/^the clock here is 6[01] s ahead of that of 127\.0\.0\.1$/),
      },
    ]);
    headers = { ...headers, age: '60' };
    expect(await check()).toEqual([]);
  });
});
