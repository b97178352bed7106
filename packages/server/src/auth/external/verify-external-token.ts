import { SluiceError } from '@sluice/shared';
import { type JWTPayload, type JWTVerifyGetKey, errors, jwtVerify } from 'jose';
import type { IdentityProvider } from './identity-provider.ts';

/** Asymmetric ones alone: with HMAC among them, a public key could be taken for a secret (RFC 8725, section 3.1). */
const ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA'];
/** Providers put groups into theirs; with all its other headers a request has 16 KiB. */
const MAX_TOKEN_LENGTH = 12_288;

/** What a token says once it has been verified. */
export interface ExternalClaims extends JWTPayload {
  sub: string;
  exp: number;
}

/**
 * Checks an access token of an external identity provider.
 * @param now epoch ms
 * @throws {SluiceError} `token_expired`, `token_invalid`; `unavailable` when the provider's keys cannot be had
 */
export async function verifyExternalToken(
  { issuer, audience }: IdentityProvider,
  findKey: JWTVerifyGetKey,
  { token, now }: { token: string; now: number },
): Promise<ExternalClaims> {
  if (token.length > MAX_TOKEN_LENGTH) throw new SluiceError('token_invalid');
  const getKey: JWTVerifyGetKey = (header, jws) => {
    // Looked at before a key is: a token of another type is no reason to fetch any.
    if (!isAccessTokenType(header.typ)) throw new SluiceError('token_invalid');
    return findKey(header, jws);
  };
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: 5,
    currentDate: new Date(now),
  };
  try {
    const { payload } = await jwtVerify(token, getKey, options);
    const { sub, exp } = payload;
    if (typeof sub !== 'string' || sub === '' || exp === undefined || isOfAnotherKind(payload)) {
      throw new SluiceError('token_invalid');
    }
    return { ...payload, sub, exp };
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const code = error instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid';
    throw new SluiceError(code, {}, { cause: error });
  }
}

/** RFC 9068, section 2.1, and what most providers wrote before it; media types are compared without case (RFC 7515, section 4.1.9). */
function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && /^((application\/)?at\+jwt|JWT)$/i.test(typ);
}

/** Claims that are written into ID tokens alone (OpenID Connect Core, sections 2, 3.1.3.6 and 3.3.2.11), and into logout tokens. */
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/**
 * An ID token says who signed in at an app, and is in the hands of that app: it must open nothing here. Its header is `JWT` as well, so
 * it is told by what only it holds: `nonce`, a hash of what came with it, or its kind in the providers' own words (Keycloak's `typ`:
 * `ID`, `Refresh`, `Logout`; Cognito's `token_use`: `id`). One without any of these has the client's id as its audience, which
 * OIDC_AUDIENCE is not.
 */
function isOfAnotherKind(payload: JWTPayload): boolean {
  const { typ, token_use: use } = payload;
  if (foreignClaims.some((claim) => Object.hasOwn(payload, claim))) return true;
  if (typ !== undefined && !(typeof typ === 'string' && /^(bearer|at\+jwt)$/i.test(typ))) return true;
  return use !== undefined && use !== 'access';
}
