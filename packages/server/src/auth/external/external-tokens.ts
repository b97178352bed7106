// In: tokens that say they are of the identity provider. Out: whose they are.
// Never: more than the scope `chat` and the role `user`; nor a user found by an email.
import { SluiceError } from '@sluice/shared';
import { decodeJwt } from 'jose';
import type { Logger } from '../../observability/logger.ts';
import type { AuthContext } from '../auth-context.ts';
import type { Principal } from '../principal.ts';
import { findExternalUser } from './find-external-user.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { verifyExternalToken } from './verify-external-token.ts';

export interface ExternalTokens extends Disposable {
  /** By what the token says of itself: nothing is verified yet. */
  isMeant(token: string): boolean;
  /** @throws {SluiceError} `token_invalid`, `token_expired`, `token_revoked`; `unavailable` when the provider cannot be reached */
  findPrincipal(token: string): Promise<Principal>;
}

export function createExternalTokens(
  context: Pick<AuthContext, 'database' | 'clock' | 'audit'>,
  { provider, logger }: { provider: IdentityProvider; logger?: Logger | undefined },
): ExternalTokens {
  const keys = new IssuerKeys({ provider, clock: context.clock, logger });
  return {
    isMeant(token) {
      try {
        return decodeJwt(token).iss === provider.issuer;
      } catch {
        return false;
      }
    },
    async findPrincipal(token) {
      const findKey: IssuerKeys['find'] = (header, jws) => keys.find(header, jws);
      const claims = await verifyExternalToken(provider, findKey, { token, now: context.clock() });
      const user = await findExternalUser(context, provider, claims);
      if (user.isDisabled) throw new SluiceError('token_revoked');
      const { id: userId, email, name } = user;
      return { userId, email, name, role: 'user', scopes: ['chat'], expiresAt: claims.exp * 1000 };
    },
    [Symbol.dispose]: () => keys[Symbol.dispose](),
  };
}
