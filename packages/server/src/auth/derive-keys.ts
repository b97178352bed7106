import { type KeyObject, createSecretKey, hkdfSync } from 'node:crypto';

/** One key per purpose: a token of one kind cannot be mistaken for another even if a check of its type were forgotten. */
export interface Keys {
  /** Signs access tokens of sessions. */
  readonly session: KeyObject;
  /** Signs tokens for apps. */
  readonly token: KeyObject;
  /** Derives the successor of a refresh token. */
  readonly refresh: KeyObject;
  /** Names who tried to sign in, and from where, without saying it. */
  readonly attempt: KeyObject;
  /** Signs what lets probes of `sluice doctor` in. */
  readonly probe: KeyObject;
}

/** HKDF with SHA-256, RFC 5869. Changing the secret signs everyone out and ends every app token. */
export function deriveKeys(secret: string): Keys {
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `sluice ${purpose}`, 32)));
  return {
    session: derive('session+jwt'),
    token: derive('token+jwt'),
    refresh: derive('refresh token'),
    attempt: derive('sign-in attempt'),
    probe: derive('probe+jwt'),
  };
}
