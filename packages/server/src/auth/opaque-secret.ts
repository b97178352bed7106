import { createHash, randomBytes } from 'node:crypto';

/** @returns a code or token of 192 random bits, safe in an address and in a cookie */
export function createOpaqueSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** What is stored of it. SHA-256 alone is enough for a value that cannot be guessed. */
export function hashOpaqueSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
