// In: the one HTTP request an official SDK wants to make.
// Out: a Response; an event stream's body stays a Node stream (`incomingOf`), any other body is buffered.
// Never: redirects, retries, compression, or a rejected call whose connection is still open.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { SluiceError } from '@sluice/shared';

/** What is read of an error: enough for any envelope. */
const MAX_ERROR_BYTES = 64 * 1024;
/** What is read of an answer that is whole, from a gateway that streams nothing. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

const incomingByResponse = new WeakMap<Response, IncomingMessage>();

/** @returns the Node stream behind a Response of `UpstreamConnections.fetch`; `undefined` where the body was buffered */
export function incomingOf(response: Response): IncomingMessage | undefined {
  return incomingByResponse.get(response);
}

export interface UpstreamConnectionsOptions {
  /** PEM of the authority to trust instead of the platform's own list. */
  certificateAuthority?: string;
}

/** Keep-alive connections to the upstreams of one provider. Web streams cost more per token than all else we do: hence no `undici`. */
export class UpstreamConnections implements AsyncDisposable {
  readonly #http = new http.Agent({ keepAlive: true, scheduling: 'lifo' });
  readonly #https: https.Agent;

  constructor({ certificateAuthority }: UpstreamConnectionsOptions = {}) {
    this.#https = new https.Agent({
      keepAlive: true,
      scheduling: 'lifo',
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    });
  }

  /**
   * A `fetch` for SDKs: string bodies only. A redirect is handed back as the answer it is, so that a key never follows one.
   *
   * @throws the signal's reason, or the connection's error, once the connection is closed
   */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { signal } = init;
    signal?.throwIfAborted();
    const request = this.#open(new URL(input instanceof Request ? input.url : input), init);
    const abort = () => request.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    request.once('close', () => signal?.removeEventListener('abort', abort));
    try {
      const incoming = await answerTo(request);
      return isEventStream(incoming) ? keepStream(incoming) : await buffer(incoming);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };

  #open(url: URL, init: RequestInit): http.ClientRequest {
    const headers = new Headers(init.headers);
    headers.set('accept-encoding', 'identity');
    const isTls = url.protocol === 'https:';
    const request = (isTls ? https : http).request(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(headers),
      agent: isTls ? this.#https : this.#http,
    });
    // With the whole body given to `end`, Node itself sends a content-length.
    request.end(typeof init.body === 'string' ? init.body : undefined);
    return request;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Rejects at `close`, not at `error`: only then is the socket gone. */
function answerTo(request: http.ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let failure: Error | undefined;
  request.on('error', (error) => (failure = error));
  request.once('response', resolve);
  request.once('close', () => reject(failure ?? new Error('The connection closed before an answer came')));
  return promise;
}

function isEventStream({ statusCode = 0, headers }: IncomingMessage): boolean {
  return (
    statusCode >= 200 &&
    statusCode < 300 &&
    /^(text\/event-stream|application\/x-ndjson)\b/i.test(headers['content-type'] ?? '')
  );
}

function keepStream(incoming: IncomingMessage): Response {
  const response = new Response(null, describe(incoming));
  incomingByResponse.set(response, incoming);
  return response;
}

/** @throws {SluiceError} `upstream_too_large` for an answer beyond its limit; an error is cut */
async function buffer(incoming: IncomingMessage): Promise<Response> {
  const { statusCode = 0 } = incoming;
  const isAnswer = statusCode >= 200 && statusCode < 300;
  const limit = isAnswer ? MAX_ANSWER_BYTES : MAX_ERROR_BYTES;
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving this loop early destroys the connection, as it must: nobody reads the rest.
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= limit) continue;
    if (isAnswer) throw new SluiceError('upstream_too_large');
    break;
  }
  const body = Buffer.concat(chunks).subarray(0, limit);
  const mayHaveBody = ![204, 205, 304].includes(statusCode);
  return new Response(mayHaveBody ? body : null, describe(incoming));
}

function describe({ statusCode = 0, rawHeaders }: IncomingMessage): ResponseInit {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return { status: statusCode, headers };
}
