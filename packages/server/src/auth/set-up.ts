import { randomUUID } from 'node:crypto';
import { type SetupRequest, SluiceError } from '@sluice/shared';
import type { Stores } from '../storage/database.ts';
import type { StoredUser } from '../storage/user-store.ts';
import type { AuthContext } from './auth-context.ts';
import type { Caller } from './try-password.ts';
import { hashOpaqueSecret } from './opaque-secret.ts';
import { type SignedIn, toSignedIn } from './signed-in.ts';
import { startSession } from './start-session.ts';

/**
 * Makes the first administrator, once, and signs them in. A user who has the email already (from `token create`) becomes it.
 * @throws {SluiceError} `token_invalid`: the code is unknown or used, or there is an administrator; `token_expired`: after 24 h
 */
export async function setUp(
  context: AuthContext,
  request: SetupRequest,
  { userAgent }: Caller,
): Promise<SignedIn> {
  const { database, passwords, clock, audit } = context;
  await checkCode(database, request.code, clock()).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code !== 'unavailable') audit.note('setup.refused');
    throw error;
  });
  const passwordHash = await passwords.hash(request.password);
  const issued = await database.transaction(async (stores) => {
    const now = clock();
    await checkCode(stores, request.code, now);
    if (!(await stores.setupCodes.useAll(now))) refuse();
    const user = await makeAdmin(stores, { request, passwordHash, now });
    return startSession(stores, { user, now, userAgent });
  });
  audit.note('setup.done', { actor: issued.user.id });
  return toSignedIn(context, issued);
}

function refuse(): never {
  throw new SluiceError('token_invalid', {
    detail:
      'The setup code is not valid, or was used. "sluice setup-link" makes a new link while there is no administrator.',
  });
}

/** Done before the password is hashed as well, since hashing is dear and anyone may post here. */
async function checkCode(stores: Stores, code: string, now: number): Promise<void> {
  const known = await stores.setupCodes.find(hashOpaqueSecret(code));
  if (known === undefined || known.usedAt !== null || (await stores.users.hasAdmin())) refuse();
  if (known.expiresAt <= now) {
    throw new SluiceError('token_expired', {
      detail: 'The setup link is older than 24 hours. "sluice setup-link" makes a new one.',
    });
  }
}

async function makeAdmin(
  { users }: Stores,
  { request, passwordHash, now }: { request: SetupRequest; passwordHash: string; now: number },
): Promise<StoredUser> {
  const known = await users.findByEmail(request.email);
  const account = { role: 'admin' as const, passwordHash, isDisabled: false };
  if (known === undefined) {
    const { email, name = null } = request;
    const admin = { id: randomUUID(), email, name, ...account, createdAt: now };
    await users.insert(admin);
    return admin;
  }
  const changes = { ...account, name: request.name ?? known.name };
  await users.update(known.id, changes);
  return { ...known, ...changes };
}
