import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingHttpStatusHeader, connect } from 'node:http2';

export interface Http2Answer {
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  text: string;
  /** When each piece of the body came. */
  arrivals: number[];
}

export interface Http2Session extends Disposable {
  /** As was agreed on while the connection was made. */
  protocol: string | undefined;
  send(path: string, options?: { body?: object; headers?: Record<string, string> }): Promise<Http2Answer>;
}

/** One connection with TLS, to a server whose certificate is this one. */
export async function openHttp2(url: string, certificate: string): Promise<Http2Session> {
  const session = connect(url, { ca: certificate });
  await once(session, 'connect');
  return {
    protocol: session.alpnProtocol,
    async send(path, { body, headers } = {}) {
      const stream = session.request({
        ':path': path,
        ':method': body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      });
      stream.end(body === undefined ? undefined : JSON.stringify(body));
      const [received] = (await once(stream, 'response')) as [Http2Answer['headers']];
      const arrivals: number[] = [];
      let text = '';
      for await (const piece of stream.setEncoding('utf8')) {
        arrivals.push(performance.now());
        text += piece;
      }
      return { headers: received, text, arrivals };
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}
