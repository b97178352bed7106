import { SluiceError } from '@sluice/shared';
import jsonwebtoken from 'jsonwebtoken';
import * as z from 'zod';
import type { Keys } from './derive-keys.ts';
import { type AppTokenClaims, type SessionClaims, claimsSchemas } from './token-claims.ts';

export type VerifiedToken =
  | { type: 'session+jwt'; claims: SessionClaims }
  | { type: 'token+jwt'; claims: AppTokenClaims };

/** Ours are below 500 characters; longer ones are not worth parsing. */
const MAX_TOKEN_LENGTH = 4096;

/** Exactly what we write: no `crit`, no `kid`, no key or address of a key (RFC 8725, sections 3.1, 3.10, 3.11). */
const headerSchema = z.strictObject({
  alg: z.literal('HS256'),
  typ: z.enum(['session+jwt', 'token+jwt']),
});

/**
 * Checks one of our own tokens by itself, without the database. jsonwebtoken alone is lax: it takes tokens without `exp`, with an
 * unknown `crit`, with an object as `sub`, and says "expired" before it has looked at the rest.
 * @param now epoch ms
 * @throws {SluiceError} `token_expired` for a token that was good once, `token_invalid` for everything else
 */
export function verifyToken(keys: Keys, token: string, now: number): VerifiedToken {
  if (token.length > MAX_TOKEN_LENGTH) throw new SluiceError('token_invalid');
  const { typ } = parse(headerSchema, readHeader(token));
  const payload = verifySignature(token, typ === 'session+jwt' ? keys.session : keys.token, now);
  const verified: VerifiedToken =
    typ === 'session+jwt'
      ? { type: typ, claims: parse(claimsSchemas[typ], payload) }
      : { type: typ, claims: parse(claimsSchemas[typ], payload) };
  if (verified.claims.exp * 1000 <= now) throw new SluiceError('token_expired');
  return verified;
}

function parse<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const { data, success } = schema.safeParse(value);
  if (!success) throw new SluiceError('token_invalid');
  return data;
}

function readHeader(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString());
  } catch (cause) {
    throw new SluiceError('token_invalid', {}, { cause });
  }
}

function verifySignature(token: string, key: Keys['session'], now: number): unknown {
  try {
    return jsonwebtoken.verify(token, key, {
      algorithms: ['HS256'],
      issuer: 'sluice',
      audience: 'sluice',
      clockTimestamp: Math.floor(now / 1000),
      clockTolerance: 5,
      ignoreExpiration: true,
    });
  } catch (cause) {
    throw new SluiceError('token_invalid', {}, { cause });
  }
}
