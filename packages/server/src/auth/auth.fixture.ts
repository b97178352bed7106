import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDatabase } from '../storage/open-database.ts';
import { openSqliteConnection } from '../storage/sqlite/sqlite-connection.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import type { SignedIn } from './signed-in.ts';

export const testSecret = 'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6e';
export const password = 'correct horse battery staple';

/** Half past the second, so that a test sees what whole seconds in tokens round. */
const START = 1_800_000_000_500;

/** One database for the tests of a file: to open one takes longer than most tests. */
let opened: ReturnType<typeof openShared> | undefined;

async function openShared() {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-'));
  const database = await openDatabase({ dataDir });
  const cleaner = await openSqliteConnection({
    path: join(dataDir, 'sluice.db'),
    setup: ['pragma foreign_keys = on'],
    busyTimeoutMs: 5000,
  });
  return { dataDir, database, cleaner };
}

afterAll(async () => {
  if (opened === undefined) return;
  const { dataDir, database, cleaner } = await opened;
  await cleaner[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

/** The whole room over a real, empty database, with a clock that stands until it is moved. */
export async function openAuth(options: Pick<AuthOptions, 'passwords'> = {}) {
  opened ??= openShared();
  const { database, cleaner } = await opened;
  await cleaner.query('delete from users');
  await cleaner.query('delete from setup_codes');
  await cleaner.query('delete from login_failures');
  const time = { now: START };
  const auth = createAuth({ database, secret: testSecret, clock: () => time.now, ...options });
  return { auth, database, time };
}

/** Sets up the first administrator. */
export async function signUp(auth: Auth, email = 'ada@example.com'): Promise<SignedIn> {
  return auth.setup({ code: await auth.createSetupCode(), email, password, name: 'Ada' });
}
