import { SluiceError } from '@sluice/shared';
import jsonwebtoken from 'jsonwebtoken';
import * as z from 'zod';
import { type Keys, deriveKeys } from './derive-keys.ts';

/** Long enough for a probe to begin, behind proxies that are slow to connect. */
const LIFETIME_SECONDS = 120;

const audience = 'sluice doctor';
const tokenSchema = z.object({
  header: z.strictObject({ alg: z.literal('HS256'), typ: z.literal('probe+jwt') }),
  payload: z.strictObject({
    iss: z.literal('sluice'),
    aud: z.literal(audience),
    iat: z.int(),
    exp: z.int(),
  }),
});

/**
 * For `sluice doctor`: lets a probe in, and nothing else. It names no user, and only who has the server's secret can make one.
 * @param now epoch ms
 */
export function signProbeToken(secret: string, now: number): string {
  const iat = Math.floor(now / 1000);
  const claims = { iss: 'sluice', aud: audience, iat, exp: iat + LIFETIME_SECONDS };
  return jsonwebtoken.sign(claims, deriveKeys(secret).probe, { header: { alg: 'HS256', typ: 'probe+jwt' } });
}

/** @throws {SluiceError} `token_missing`, `token_expired` for one that was good once, `token_invalid` for everything else */
export function checkProbeToken(keys: Keys, token: string | undefined, now: number): void {
  if (token === undefined) throw new SluiceError('token_missing');
  const { payload } = readToken(keys, token);
  const seconds = now / 1000;
  if (payload.exp - payload.iat > LIFETIME_SECONDS || payload.iat > seconds + LIFETIME_SECONDS) {
    throw new SluiceError('token_invalid');
  }
  if (payload.exp <= seconds) throw new SluiceError('token_expired');
}

function readToken(keys: Keys, token: string): z.infer<typeof tokenSchema> {
  try {
    const options = { algorithms: ['HS256' as const], complete: true as const, ignoreExpiration: true };
    const { header, payload } = jsonwebtoken.verify(token, keys.probe, options);
    return tokenSchema.parse({ header, payload });
  } catch (cause) {
    throw new SluiceError('token_invalid', {}, { cause });
  }
}
