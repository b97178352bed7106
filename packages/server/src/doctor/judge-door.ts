import { codeOf } from './code-of.ts';
import { fixesFor } from './fixes.ts';
import type { Hop } from './hop.ts';
import { type CertificateMeasurement, type Measurement, type Silence, isAnswer } from './measurement.ts';
import type { ProxyKind } from './proxy-kind.ts';
import type { Symptom } from './symptom.ts';

const DAY_MS = 86_400_000;

/** What OpenSSL says, in words. */
const problems: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is one of your own, which they do not know',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its chain is not whole, or its authority is unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its chain is not whole',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

/** What was seen before the stream: the certificate, a WebSocket, a large body. */
export function judgeDoor(
  { socket, body, certificate }: Measurement,
  { hop, kind, now }: { hop: Hop; kind?: ProxyKind | undefined; now: number },
): Symptom[] {
  return [
    // Browsers see that of the outermost alone.
    ...(certificate === undefined || !hop.isLast ? [] : judgeCertificate(certificate, now)),
    judgeSocket(socket, { hop, kind }),
    judgeBody(body, kind),
  ].flatMap((symptom) => symptom ?? []);
}

function judgeSocket(
  reply: Measurement['socket'],
  { hop, kind }: { hop: Hop; kind?: ProxyKind | undefined },
): Symptom | undefined {
  if (isAnswer(reply)) {
    // One too many for now; or under another Host, of which the stream tells more.
    if ([101, 421, 429, 503].includes(reply.status)) return undefined;
    if (codeOf(reply.text) === 'origin_not_allowed') return refusedOrigin(hop);
  }
  const what = isAnswer(reply) ? `answered with ${reply.status}` : reply.failure;
  return {
    level: 'fail',
    id: 'upgrade',
    does: `lets no WebSocket through (Upgrade is lost): a request for one at /api/ws was ${isAnswer(reply) ? what : `not answered: ${what}`}`,
    fixes: fixesFor('upgrade', kind),
  };
}

function refusedOrigin({ origin }: Hop): Symptom {
  return {
    level: 'fail',
    id: 'origin',
    does: `refuses pages from ${origin}: a WebSocket was answered with 403`,
    fixes: [
      'give this command the PUBLIC_URL of the server, and restart the server if it has changed',
      'let proxies pass the header Origin on as it is',
    ],
  };
}

function judgeBody(reply: Measurement['body'], kind?: ProxyKind): Symptom | undefined {
  if (isAnswer(reply) && reply.status === 200) return undefined;
  const what = isAnswer(reply) ? `answered ${reply.status}` : reply.failure;
  return {
    level: 'fail',
    id: 'body',
    does: `lets no body of 20 MiB through (${what}): questions with images are refused`,
    fixes: fixesFor('body', kind),
  };
}

function judgeCertificate(certificate: CertificateMeasurement | Silence, now: number): Symptom[] {
  if ('failure' in certificate) return [];
  const { problem, expiresAt, hasHttp2 } = certificate;
  const days = Math.floor((expiresAt - now) / DAY_MS);
  const symptoms: Symptom[] = [];
  if (problem !== undefined) {
    symptoms.push({
      level: 'fail',
      id: 'certificate',
      does: `shows a certificate that browsers refuse: ${problems[problem] ?? problem}`,
      fixes: [
        'give it one of a known authority (Let’s Encrypt) for this name, with the whole chain (fullchain.pem)',
      ],
    });
  } else if (days < 14) {
    symptoms.push({
      level: 'warn',
      id: 'certificate',
      does: `shows a certificate that ends in ${days} days`,
      fixes: ['see why it is not renewed (certbot renew --dry-run, or the log of the proxy)'],
    });
  }
  if (!hasHttp2) {
    symptoms.push({
      level: 'note',
      id: 'http2',
      does: 'speaks HTTP/1.1 with browsers: answers in many tabs take turns on six connections',
      fixes: ['HTTP/2 lifts that; nginx: listen 443 ssl; http2 on;'],
    });
  }
  return symptoms;
}
