import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { deriveKeys } from './derive-keys.ts';
import { checkProbeToken, signProbeToken } from './probe-token.ts';
import { signSessionToken } from './sign-token.ts';
import { verifyToken } from './verify-token.ts';

const secret = randomBytes(48).toString('base64url');
const keys = deriveKeys(secret);
const now = 1_700_000_000_000;

function refusal(token: string | undefined, at = now): string {
  try {
    checkProbeToken(keys, token, at);
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the token of a probe', () => {
  it('lets in for two minutes', () => {
    const token = signProbeToken(secret, now);
    expect([refusal(token), refusal(token, now + 119_000)]).toEqual(['none', 'none']);
    expect(refusal(token, now + 121_000)).toBe('token_expired');
  });

  it('is made by nobody without the secret, and by none of its other keys', () => {
    const claims = { iss: 'sluice', aud: 'sluice doctor', iat: now / 1000, exp: now / 1000 + 60 };
    const sign = (key: jwt.Secret, changes: object = {}, typ = 'probe+jwt') =>
      jwt.sign({ ...claims, ...changes }, key, { header: { alg: 'HS256', typ } });
    expect(refusal(sign(keys.probe))).toBe('none');
    const wrong = [
      sign(keys.session),
      sign(keys.token),
      sign('another secret'),
      sign(keys.probe, { exp: now / 1000 + 3600 }),
      sign(keys.probe, { iat: now / 1000 + 3600, exp: now / 1000 + 3660 }),
      sign(keys.probe, { aud: 'sluice' }),
      sign(keys.probe, { sub: 'somebody' }),
      sign(keys.probe, {}, 'JWT'),
      signSessionToken(keys, { userId: 'u', sessionId: 's', issuedAt: now, expiresAt: now + 60_000 }),
      '',
      'a.b.c',
    ];
    expect(wrong.map((token) => refusal(token))).toEqual(wrong.map(() => 'token_invalid'));
    expect(refusal(undefined)).toBe('token_missing');
  });

  it('is no token of a user', () => {
    expect(() => verifyToken(keys, signProbeToken(secret, now), now)).toThrow();
  });
});
