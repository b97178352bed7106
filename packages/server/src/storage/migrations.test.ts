import { Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import type { Schema } from './schema.ts';
import { openSqliteConnection } from './sqlite/sqlite-connection.ts';
import { createSqliteDialect } from './sqlite/sqlite-dialect.ts';

it('forgets the sessions that the first version kept when their refresh tokens had expired', async () => {
  const sqlite = await openSqliteConnection({ path: ':memory:', setup: [], busyTimeoutMs: 0 });
  onTestFinished(() => sqlite[Symbol.asyncDispose]());
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(sqlite) });
  await migrate(db, { kind: 'sqlite', list: migrations.slice(0, 1) });
  await sql`insert into users values ('u', 'a@x.org', 'a@x.org', null, 'user', null, 0, 1)`.execute(db);
  await sql`insert into sessions values ('live', 'u', 1, null), ('expired', 'u', 1, null)`.execute(db);
  await sql`insert into refresh_tokens values ('hash', 'live', 1, 9, null)`.execute(db);
  await migrate(db, { kind: 'sqlite' });
  const rows = await db.selectFrom('sessions').select('id').execute();
  expect(rows).toEqual([{ id: 'live' }]);
});
