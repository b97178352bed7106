import { onTestFinished } from 'vitest';
import { makeDataDir } from '../storage/data-dir.fixture.ts';
import { openDatabase } from '../storage/open-database.ts';
import { type Auth, createAuth } from './auth.ts';
import type { SignedIn } from './signed-in.ts';

export const testSecret = 'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6e';
export const password = 'correct horse battery staple';

/** Half past the second, so that a test sees what whole seconds in tokens round. */
const START = 1_800_000_000_500;

/** The whole room over a real database, with a clock that stands until it is moved. */
export async function openAuth(options: { dataDir?: string } = {}) {
  const dataDir = options.dataDir ?? (await makeDataDir());
  const database = await openDatabase({ dataDir });
  onTestFinished(() => database[Symbol.asyncDispose]());
  const time = { now: START };
  const auth = createAuth({ database, secret: testSecret, clock: () => time.now });
  return { auth, database, time, dataDir };
}

/** Sets up the first administrator. */
export async function signUp(auth: Auth, email = 'ada@example.com'): Promise<SignedIn> {
  return auth.setup({ code: await auth.createSetupCode(), email, password, name: 'Ada' });
}
