import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Hop } from './hop.ts';
import type { Reply } from './measurement.ts';
import { headersOf, readAnswer, send, silenceOf } from './send.ts';

/** Asks for a WebSocket where the page does, and without a token, which a socket may send later; leaves once it is open. */
export async function measureSocket(hop: Hop, signal: AbortSignal): Promise<Reply> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    origin: hop.origin,
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'sec-websocket-protocol': 'sluice',
  };
  const request = send(hop, { method: 'GET', path: '/api/ws', headers }, signal);
  try {
    const answered = once(request, 'response').then(([response]) => readAnswer(response as IncomingMessage));
    const opened = once(request, 'upgrade').then(([response, socket]) => {
      (socket as Socket).on('error', () => undefined).destroy();
      const { statusCode: status = 0 } = response as IncomingMessage;
      return { status, headers: headersOf(response as IncomingMessage), text: '' };
    });
    request.end();
    // An answer that breaks off is one all the same.
    return await Promise.any([answered, opened]);
  } catch (error) {
    return silenceOf(error);
  } finally {
    request.destroy();
  }
}
