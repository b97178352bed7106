import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, type JWK, type JWTPayload, SignJWT, exportJWK, generateKeyPair } from 'jose';

export interface IssuerKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** An OpenID Connect issuer, as far as a server that takes its tokens sees one. */
export interface LocalIssuer extends AsyncDisposable {
  /** `iss`. */
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** What it publishes; assign to rotate. */
  keys: IssuerKey[];
  /** What it answers instead, until it is unset. */
  fault: 'status-500' | 'not-json' | 'redirect' | 'hang' | undefined;
  /** The issuer that its discovery document names. */
  namedIssuer: string;
  /** A token that is right unless changed. @param changes claims; undefined takes one away */
  sign(
    changes?: Record<string, unknown>,
    options?: { key?: IssuerKey | undefined; header?: Record<string, unknown> },
  ): Promise<string>;
}

export const audience = 'sluice-test';

export async function makeIssuerKey(alg = 'ES256', kid: string = crypto.randomUUID()): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** @param clock epoch ms, of the tokens */
export async function startLocalIssuer(clock: () => number = Date.now): Promise<LocalIssuer> {
  const server = createServer((req, res) => {
    issuer.requests.push(req.url ?? '');
    const { fault } = issuer;
    if (fault === 'hang') return;
    if (fault === 'redirect') return void res.writeHead(302, { location: `${url}/elsewhere` }).end();
    if (fault === 'status-500') return void res.writeHead(500).end('{}');
    res.setHeader('content-type', 'application/json');
    res.end(fault === 'not-json' ? '<html>' : JSON.stringify(answer(req)));
  });
  const answer = (req: IncomingMessage) =>
    req.url === '/keys'
      ? { keys: issuer.keys.map(({ publicJwk }) => publicJwk) }
      : { issuer: issuer.namedIssuer, jwks_uri: `${url}/keys` };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: LocalIssuer = {
    url,
    requests: [],
    keys: [await makeIssuerKey()],
    fault: undefined,
    namedIssuer: url,
    async sign(changes = {}, { key = issuer.keys[0], header = {} } = {}) {
      if (key === undefined) throw new Error('the issuer has no key');
      const now = Math.floor(clock() / 1000);
      const claims = { iss: url, sub: 'subject-1', aud: audience, iat: now, exp: now + 300, ...changes };
      return new SignJWT(claims as JWTPayload)
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
        .sign(key.privateKey, { crit: { 'x-unknown': true } });
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return issuer;
}
