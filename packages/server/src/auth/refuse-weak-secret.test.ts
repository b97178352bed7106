import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refuseWeakSecret } from './refuse-weak-secret.ts';

describe('refuseWeakSecret', () => {
  it('takes random secrets in the forms they are made in', () => {
    for (let round = 0; round < 2000; round += 1) {
      for (const form of ['hex', 'base64', 'base64url'] as const) {
        refuseWeakSecret(randomBytes(32).toString(form));
        refuseWeakSecret(randomBytes(24).toString(form));
      }
    }
  });

  it.each([
    '',
    'short',
    'x'.repeat(31),
    'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6',
    'x'.repeat(64),
    'abababababababababababababababababab',
    'aaaabbbbccccddddaaaabbbbccccddddeeee',
    '12345678901234567890123456789012',
    '0123456789abcdefghijklmnopqrstuvwxyz',
    'abcdefghabcdefghabcdefghabcdefghabcd',
    'changeme-changeme-4f8a1c9e2b7d6035',
    'please-change-this-to-a-long-random-string',
    'CHANGE_ME_IN_PRODUCTION_0123456789xyz',
    'your-secret-key-here-make-it-long-enough',
    'your-256-bit-secret-padded-out-to-32-bytes',
    'a-string-secret-at-least-256-bits-long',
    'secret0000000000000000000000000000042x7y9',
    'super-secret-jwt-token-with-at-least-32-characters-long',
    'replace-me-with-openssl-rand-base64-48',
    'my_jwt_secret_that_nobody_will_ever_guess',
    'keyboard cat keyboard dog keyboard bird',
  ])('refuses %j without repeating it', (secret) => {
    expect(() => refuseWeakSecret(secret)).toThrow(/^JWT_SECRET is too weak: /);
    if (secret.length > 8) expect(() => refuseWeakSecret(secret)).not.toThrow(secret);
  });
});
