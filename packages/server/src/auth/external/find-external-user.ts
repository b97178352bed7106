import { SluiceError, nameSchema } from '@sluice/shared';
import type { StoredUser } from '../../storage/user-store.ts';
import type { AuthContext } from '../auth-context.ts';
import { createExternalUser } from '../create-external-user.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { ExternalClaims } from './verify-external-token.ts';

/**
 * Finds who a verified token stands for: issuer and subject together, and nothing else. Whoever comes for the first time gets an
 * account if the required claim holds.
 * @throws {SluiceError} `token_invalid` when there is no account and none is made
 */
export async function findExternalUser(
  context: Pick<AuthContext, 'database' | 'clock' | 'audit'>,
  { issuer, requiredClaim }: IdentityProvider,
  claims: ExternalClaims,
): Promise<StoredUser> {
  const { identities } = context.database;
  const identity = { issuer, subject: claims.sub };
  const known = await identities.find(identity);
  if (known !== undefined) return known;
  if (requiredClaim === undefined || !hasClaim(claims, requiredClaim)) refuse();
  try {
    const made = await createExternalUser(context, { ...identity, name: readName(claims) });
    context.audit.note('user.external', { actor: made.id, target: made.id });
    return made;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'invalid_request') throw error;
    // Of two first requests at once, one makes the account.
    return (await identities.find(identity)) ?? refuse();
  }
}

function refuse(): never {
  throw new SluiceError('token_invalid', {
    detail: 'There is no account here for the subject of this token.',
  });
}

/** Of a claim that is a list, one entry must be the value; `scope` is a list too, written as text (RFC 8693, section 4.2). */
function hasClaim(claims: ExternalClaims, required: string): boolean {
  if (required === '*') return true;
  const separator = required.indexOf('=');
  const name = required.slice(0, separator);
  const expected = required.slice(separator + 1);
  const claim: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values: unknown[] = name === 'scope' && typeof claim === 'string' ? claim.split(' ') : [claim].flat();
  return values.some(
    (value) => ['string', 'number', 'boolean'].includes(typeof value) && String(value) === expected,
  );
}

function readName({ name }: ExternalClaims): string | undefined {
  const parsed = nameSchema.safeParse(name);
  return parsed.success ? parsed.data : undefined;
}
