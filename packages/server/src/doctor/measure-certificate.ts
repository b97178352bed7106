import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Hop } from './hop.ts';
import type { CertificateMeasurement, Silence } from './measurement.ts';
import { nameOf, silenceOf } from './send.ts';

/** Whether browsers would take what an https address shows, and what it speaks with them. */
export async function measureCertificate(
  { url, host }: Hop,
  signal: AbortSignal,
): Promise<CertificateMeasurement | Silence> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const servername = nameOf(host);
  const socket = connect({
    host: hostname,
    port: Number(url.port || 443),
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(servername !== '' && { servername }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return {
      ...(!socket.authorized && { problem: codeOf(socket.authorizationError) }),
      expiresAt: Date.parse(socket.getPeerCertificate().valid_to),
      hasHttp2: socket.alpnProtocol === 'h2',
    };
  } catch (error) {
    return silenceOf(error);
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** The types say an Error; most are text. */
function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}
