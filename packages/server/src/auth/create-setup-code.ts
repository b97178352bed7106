import type { AuthContext } from './auth-context.ts';
import { createOpaqueSecret, hashOpaqueSecret } from './opaque-secret.ts';

const LIFETIME_MS = 24 * 3_600_000;

/**
 * Makes a one-time code for the setup link, valid for 24 hours. Earlier ones stay valid until one of them is used.
 * @throws {Error} in words for the terminal, when there is an administrator already
 */
export async function createSetupCode({ database, clock }: AuthContext): Promise<string> {
  if (await database.users.hasAdmin()) {
    throw new Error('there is an administrator already: sign in, or use "sluice user create"');
  }
  const code = createOpaqueSecret();
  const createdAt = clock();
  await database.setupCodes.insert({
    hash: hashOpaqueSecret(code),
    createdAt,
    expiresAt: createdAt + LIFETIME_MS,
  });
  return code;
}
