import { Client } from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDatabase, dropDatabase } from '../../../test/_support/start-postgres.ts';
import '../../../test/_support/provide-postgres.ts';
import { makeDataDir } from '../data-dir.fixture.ts';
import { openDatabase } from '../open-database.ts';

const cluster = inject('postgresUrl');

async function open() {
  const databaseUrl = await createDatabase(cluster ?? '');
  onTestFinished(() => dropDatabase(databaseUrl));
  const location = { dataDir: await makeDataDir(), databaseUrl };
  const database = await openDatabase(location);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return { database, location };
}

const user = (id: string) => ({
  id,
  email: `${id}@example.com`,
  name: null,
  role: 'user' as const,
  passwordHash: null,
  isDisabled: false,
  createdAt: 1,
});

describe.skipIf(cluster === undefined)('openDatabase on Postgres', () => {
  it('runs a transaction again when it and another one have waited for each other', async () => {
    const { database } = await open();
    for (const id of ['a', 'b']) await database.users.insert(user(id));
    const holds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let runs = 0;
    const cross = (order: string[], own: number) =>
      database.transaction(async ({ users }) => {
        runs += 1;
        await users.update(order[0] ?? '', { name: order.join() });
        holds[own]?.resolve();
        await holds[1 - own]?.promise;
        await users.update(order[1] ?? '', { name: order.join() });
      });
    await Promise.all([cross(['a', 'b'], 0), cross(['b', 'a'], 1)]);
    expect(runs).toBe(3);
    const names = await Promise.all(['a', 'b'].map((id) => database.users.findByEmail(`${id}@example.com`)));
    expect(names[0]?.name).toBe(names[1]?.name);
  });

  it('migrates once when several servers start at the same time', async () => {
    const databaseUrl = await createDatabase(cluster ?? '');
    onTestFinished(() => dropDatabase(databaseUrl));
    const location = { dataDir: await makeDataDir(), databaseUrl };
    const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase(location)));
    onTestFinished(async () => {
      for (const database of databases) await database[Symbol.asyncDispose]();
    });
    await databases[0]?.users.insert(user('a'));
    for (const database of databases) {
      expect(await database.users.findByEmail('a@example.com')).toMatchObject({ id: 'a' });
    }
  });

  it('outlives the loss of every connection, and has new ones', async () => {
    const { database, location } = await open();
    await Promise.all(Array.from({ length: 8 }, () => database.ping()));
    const admin = new Client({ connectionString: location.databaseUrl });
    await admin.connect();
    onTestFinished(() => admin.end());
    const { rows } = await admin.query<{ ended: boolean }>(
      `select pg_terminate_backend(pid, 2000) as ended from pg_stat_activity
        where application_name = 'sluice' and datname = current_database()`,
    );
    expect(rows.length).toBeGreaterThan(1);
    await expect.poll(() => database.ping().then(() => 'answers')).toBe('answers');
    await database.users.insert(user('a'));
  });

  it('asks no session again that began while nothing could be written', async () => {
    const { database, location } = await open();
    const admin = new Client({ connectionString: location.databaseUrl });
    await admin.connect();
    onTestFinished(() => admin.end());
    const name = new URL(location.databaseUrl).pathname.slice(1);
    await admin.query(`alter database ${name} set default_transaction_read_only = on`);
    await admin.query(
      `select pg_terminate_backend(pid, 2000) from pg_stat_activity
        where application_name = 'sluice' and datname = current_database()`,
    );
    const insert = () => database.users.insert(user('a'));
    await expect.poll(() => database.users.findByEmail('a@example.com').catch(String)).toBeUndefined();
    await expect(insert()).rejects.toMatchObject({ code: 'unavailable' });
    await admin.query(`alter database ${name} reset default_transaction_read_only`);
    await insert();
  });

  it('says unavailable of a connection that is lost within a transaction, and undoes it', async () => {
    const { database, location } = await open();
    const admin = new Client({ connectionString: location.databaseUrl });
    await admin.connect();
    onTestFinished(() => admin.end());
    const cut = database.transaction(async ({ users }) => {
      await users.insert(user('a'));
      await admin.query(
        `select pg_terminate_backend(pid, 2000) from pg_stat_activity
          where application_name = 'sluice' and datname = current_database()`,
      );
      await users.insert(user('b'));
    });
    await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
    expect(await database.users.findByEmail('a@example.com')).toBeUndefined();
    await database.users.insert(user('a'));
  });
});
