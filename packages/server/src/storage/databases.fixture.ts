import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, describe, inject } from 'vitest';
import { createDatabase, dropDatabase } from '../../test/_support/start-postgres.ts';
import '../../test/_support/provide-postgres.ts';
import type { Database, OpenConnections } from './database.ts';
import { migrate } from './migrate.ts';
import * as storage from './open-database.ts';
import { connect } from './postgres/open-postgres.ts';
import type { PostgresPool } from './postgres/postgres-pool.ts';

/** @param open gives an empty database; what the suite leaves open is closed after it */
type Suite = (name: string, open: () => Promise<Database>) => void;

/** Runs a suite on every database there is: SQLite, Postgres' own code within this process, and a real Postgres. */
export function describeDatabases(suite: Suite): void {
  describeConnections((name, open) => suite(name, async () => storage.createDatabase(await open())));
}

/** The same, for what stands below the stores. */
export function describeConnections(
  suite: (name: string, open: () => Promise<OpenConnections>) => void,
): void {
  const cleanUps: (() => Promise<unknown>)[] = [];
  // One after the other: a database is closed before its folder goes.
  afterAll(async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  });
  const track = (connections: OpenConnections) => {
    cleanUps.push(async () => connections[Symbol.asyncDispose]());
    return connections;
  };
  suite('SQLite', async () => {
    const dataDir = await makeFolder(cleanUps);
    return track(await storage.openConnections({ dataDir }));
  });
  suite('PGlite', async () => track(await openPglite()));
  const url = inject('postgresUrl');
  describe.skipIf(url === undefined)('a real Postgres', () => {
    suite('Postgres', async () => {
      const dataDir = await makeFolder(cleanUps);
      const databaseUrl = await createDatabase(url ?? '');
      cleanUps.push(() => dropDatabase(databaseUrl));
      return track(await storage.openConnections({ dataDir, databaseUrl }));
    });
  });
}

async function makeFolder(cleanUps: (() => Promise<unknown>)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  return folder;
}

const NUMBERS = [20, 1700];

/** It has one connection, which is lent to one at a time. */
async function openPglite(): Promise<OpenConnections> {
  const pglite = await PGlite.create({
    parsers: Object.fromEntries(NUMBERS.map((type) => [type, Number])),
  });
  let isFree: Promise<unknown> = Promise.resolve();
  const pool: PostgresPool = {
    async connect() {
      const before = isFree;
      const { promise, resolve } = Promise.withResolvers<void>();
      isFree = promise;
      await before;
      return {
        async query(statement, parameters) {
          const { rows, affectedRows } = await pglite.query(statement, [...parameters]);
          return { rows, rowCount: affectedRows ?? rows.length, command: '' };
        },
        release: () => resolve(),
      };
    },
    async end() {
      await isFree;
      if (!pglite.closed) await pglite.close();
    },
  };
  const connections = connect(pool);
  await migrate(connections.db, { kind: 'postgres' });
  return connections;
}
