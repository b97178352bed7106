import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDatabase, dropDatabase } from '../../../test/_support/start-postgres.ts';
import '../../../test/_support/provide-postgres.ts';
import { acquirePostgresLock } from './postgres-lock.ts';

const cluster = inject('postgresUrl');
const CHECK_MS = 100;

describe.skipIf(cluster === undefined)('acquirePostgresLock', () => {
  let url: string;
  let admin: Client;
  beforeAll(async () => {
    url = await createDatabase(cluster ?? '');
    admin = new Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await dropDatabase(url);
  });

  async function acquire(checkMs = CHECK_MS) {
    const lock = await acquirePostgresLock(url, { checkMs });
    onTestFinished(() => lock[Symbol.asyncDispose]());
    return lock;
  }

  async function findHolder() {
    const { rows } = await admin.query<{ pid: number; application_name: string }>(
      `select pid, application_name from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and datname = current_database()`,
    );
    return rows[0];
  }

  /** As the network does, or a Postgres that is started again. */
  async function cut() {
    const holder = await findHolder();
    await admin.query('select pg_terminate_backend($1, 2000)', [holder?.pid]);
    return holder;
  }

  it('refuses a second server at once, in words that say what to do and hold no password', async () => {
    await acquire();
    const startedAt = performance.now();
    const refusal = await acquirePostgresLock(url).catch((error: unknown) => error);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    const { host, pathname, password } = new URL(url);
    expect(String(refusal)).toContain(
      `another Sluice server is using the database at ${host}${pathname}: stop it`,
    );
    expect(String(refusal)).not.toContain(password);
  });

  it('is free again once it is disposed', async () => {
    const first = await acquirePostgresLock(url);
    await first[Symbol.asyncDispose]();
    await using second = await acquirePostgresLock(url);
    expect(second).toBeDefined();
  });

  it('is taken again after its connection was lost', async () => {
    await acquire();
    const before = await cut();
    await expect.poll(findHolder).toMatchObject({ application_name: before?.application_name });
    await expect(acquirePostgresLock(url)).rejects.toThrow('another Sluice server');
  });

  it('says so when another server has it by then', async () => {
    const first = await acquire(500);
    await cut();
    const second = await acquire();
    expect(await first.lost).toContain('another Sluice server has taken the database');
    expect(await Promise.race([second.lost, Promise.resolve('held')])).toBe('held');
  });

  it('ends its own lost session when Postgres has not noticed the loss', async () => {
    await acquire(500);
    const before = await cut();
    const lost = new Client({ connectionString: url });
    lost.on('error', () => {});
    await lost.connect();
    await lost.query("select set_config('application_name', $1, false)", [before?.application_name]);
    await lost.query('select pg_advisory_lock(7401, 2)');
    const stale = await findHolder();
    await expect.poll(findHolder, { timeout: 5000 }).not.toMatchObject({ pid: stale?.pid });
    await expect
      .poll(findHolder, { timeout: 5000 })
      .toMatchObject({ application_name: before?.application_name });
  });

  it('says in one line why a database cannot be reached, without the password', async () => {
    const nobody = 'postgres://sluice:canary@127.0.0.1:1/sluice';
    await expect(acquirePostgresLock(nobody)).rejects.toThrow(
      /^the database at 127\.0\.0\.1:1\/sluice cannot be opened: connect ECONNREFUSED [^\n]*$/,
    );
    const wrong = new URL(url);
    wrong.password = 'canary';
    const refusal = await acquirePostgresLock(wrong.href).catch((error: unknown) => error);
    expect(String(refusal)).toMatch(/cannot be opened: password authentication failed/);
    expect(String(refusal)).not.toContain('canary');
  });
});
