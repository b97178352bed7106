import { type LocalJWKSet, createLocalJWKSet } from 'jose';
import * as z from 'zod';
import type { IdentityProvider } from './identity-provider.ts';

const TIMEOUT_MS = 4000;
const MAX_BYTES = 1024 * 1024;

const discoverySchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https?$/ }),
});
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * Fetches an identity provider's public keys.
 * @throws whatever went wrong, in no particular form
 */
export async function fetchKeys(
  { issuer, jwksUrl }: Pick<IdentityProvider, 'issuer' | 'jwksUrl'>,
  signal: AbortSignal,
): Promise<LocalJWKSet> {
  const address = jwksUrl ?? (await discoverKeys(issuer, signal));
  return createLocalJWKSet(keySetSchema.parse(await fetchJson(address, signal)));
}

/** OpenID Connect Discovery 1.0, section 4: what says it is another issuer than the one asked is not to be believed (4.3). */
async function discoverKeys(issuer: string, signal: AbortSignal): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = discoverySchema.parse(await fetchJson(address, signal));
  if (found.issuer !== issuer) throw new Error(`${address} is of another issuer: ${found.issuer}`);
  if (issuer.startsWith('https:') && !found.jwks_uri.startsWith('https:')) {
    throw new Error(`${address} names keys that anyone on the way could replace`);
  }
  return found.jwks_uri;
}

/** Follows no redirect: keys come from where the operator or the issuer said. */
async function fetchJson(address: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(address, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${address} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`${address} sent more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}
