// A provider of language models that says what it is told to, in the words of Anthropic, OpenAI, Google and Ollama.
//
//     await using upstream = await startFakeUpstream();
//     upstream.script({ text: 'Hello', delayMs: 5 });      // from now on, unless a prompt holds a directive of its own
//
//     node packages/server/test/_support/fake-upstream.ts [port] [host]     prints {"url":"http://…"}
//
// POST /v1/messages, /v1/chat/completions, /v1/responses, GET /v1/models; chat and models without /v1 as well. OpenRouter's
// POST /api/v1/chat/completions. Gemini's POST /v1beta/models/NAME:streamGenerateContent and GET /v1beta/models; Ollama's
// POST /api/chat, GET /api/tags, POST /api/show and GET /api/version. GET /stats, POST /reset, and POST /script with a script as
// its body. What a script can say: fake-upstream-script.ts. Imports nothing but Node.
import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { geminiDialect, geminiModelOf, geminiModels } from './fake-gemini-dialect.ts';
import { answerOllama, ollamaDialect } from './fake-ollama-dialect.ts';
import { responsesDialect } from './fake-responses-dialect.ts';
import { playScript } from './fake-upstream-answer.ts';
import { type FakeDialect, anthropicDialect, openAiDialect } from './fake-upstream-dialect.ts';
import { type FakeScript, readDirective } from './fake-upstream-script.ts';

export interface FakeStats {
  /** Chat requests that came. */
  requests: number;
  /** Of those, answered now. */
  active: number;
  completed: number;
  /** Left by the client before their end, or cut by the script. */
  aborted: number;
  connections: number;
  openConnections: number;
  tokens: number;
  /** When each aborted answer ended, epoch ms with fractions, and how far it had got. */
  abortTimes: { id?: string; atMs: number; tokens: number }[];
}

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: { model?: string; [field: string]: unknown };
}

export interface FakeUpstreamOptions {
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** PEM; serves https. */
  tls?: { key: string; cert: string };
}

export class FakeUpstream implements AsyncDisposable {
  readonly #server: http.Server;
  readonly #dialects: Readonly<Record<string, () => FakeDialect>> = {
    '/v1/messages': anthropicDialect,
    '/v1/chat/completions': openAiDialect,
    '/chat/completions': openAiDialect,
    '/v1/responses': responsesDialect,
    '/api/v1/chat/completions': () => ({ ...openAiDialect(), callIdHeader: 'x-generation-id' }),
    '/api/chat': ollamaDialect,
  };
  #script: FakeScript = {};
  #next: FakeScript[] = [];
  #onIdle: (() => void)[] = [];
  #received: ReceivedRequest[] = [];
  stats: FakeStats = emptyStats();

  constructor(server: http.Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response).catch(() => response.destroy());
    });
    server.on('connection', (socket: Socket) => this.#count(socket));
  }

  /** Without `/v1`: the base URL of Anthropic's SDK. */
  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${this.#server instanceof https.Server ? 'https' : 'http'}://${address}:${port}`;
  }

  /** With `/v1`: the base URL of OpenAI's SDK. */
  get openAiUrl(): string {
    return `${this.url}/v1`;
  }

  get received(): readonly ReceivedRequest[] {
    return this.#received;
  }

  /** What came last; throws where nothing has. */
  get lastReceived(): ReceivedRequest {
    const last = this.#received.at(-1);
    if (last === undefined) throw new Error('The fake upstream has received nothing');
    return last;
  }

  /** For all requests from now on. */
  script(script: FakeScript): void {
    this.#script = script;
  }

  /** For the next requests, one each, in order; then `script` counts again. */
  next(...scripts: FakeScript[]): void {
    this.#next.push(...scripts);
  }

  /** Settles when no answer is being given. */
  async idle(): Promise<void> {
    if (this.stats.active > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  reset(): void {
    const { active, openConnections } = this.stats;
    this.stats = { ...emptyStats(), active, openConnections };
    this.#script = {};
    this.#next = [];
    this.#received = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const text = await readText(request);
    const scripted = request.method === 'GET' ? this.#script.gets?.[request.url ?? ''] : undefined;
    if (scripted !== undefined) return sendJson(response, 200, scripted);
    const geminiModel = geminiModelOf(path);
    const dialect = geminiModel === undefined ? this.#dialects[path] : geminiDialect;
    if (request.method === 'POST' && dialect !== undefined) {
      const body = JSON.parse(text) as ReceivedRequest['body'];
      const named = geminiModel === undefined ? body : { model: geminiModel, ...body };
      await this.#answer({ path, headers: request.headers, body: named }, response, dialect());
    } else if (path === '/v1beta/models') sendJson(response, 200, geminiModels(searchParams));
    else this.#control(`${request.method} ${path}`, text, response);
  }

  #control(route: string, body: string, response: ServerResponse): void {
    if (route === 'GET /stats') return sendJson(response, 200, this.stats);
    if (route === 'POST /reset') {
      this.reset();
      return sendJson(response, 200, {});
    }
    if (route === 'POST /script') {
      this.script(JSON.parse(body) as FakeScript);
      return sendJson(response, 200, {});
    }
    if (/^GET (\/v1)?\/models$/.test(route)) {
      return sendJson(response, 200, { object: 'list', data: [{ id: 'fake', object: 'model', created: 0 }] });
    }
    const answer = answerOllama(route, body);
    sendJson(
      response,
      answer === undefined ? 404 : 200,
      answer ?? { error: { message: `No such route: ${route}` } },
    );
  }

  async #answer(received: ReceivedRequest, response: ServerResponse, dialect: FakeDialect): Promise<void> {
    this.#received.push(received);
    const prompt = promptOf(received.body);
    const directive = readDirective(prompt);
    const script = directive?.script ?? this.#next.shift() ?? this.#script;
    let tokens = 0;
    this.stats.requests += 1;
    this.stats.active += 1;
    response.once('close', () => this.#settle(response, { script, tokens }));
    response.socket?.setNoDelay(true);
    await playScript({
      response,
      dialect,
      script,
      model: received.body.model ?? '',
      prompt: directive?.rest ?? prompt,
      onTokens: (sent) => {
        this.stats.tokens += sent - tokens;
        tokens = sent;
      },
    });
  }

  #settle(response: ServerResponse, { script, tokens }: { script: FakeScript; tokens: number }): void {
    this.stats.active -= 1;
    if (response.writableFinished) this.stats.completed += 1;
    else {
      this.stats.aborted += 1;
      const atMs = performance.timeOrigin + performance.now();
      this.stats.abortTimes.push({ ...(script.id === undefined ? {} : { id: script.id }), atMs, tokens });
    }
    if (this.stats.active > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #count(socket: Socket): void {
    this.stats.connections += 1;
    this.stats.openConnections += 1;
    socket.on('error', () => {});
    socket.once('close', () => (this.stats.openConnections -= 1));
  }
}

/** @returns the fake, listening; disposing it cuts every connection */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const { port = 0, host = '127.0.0.1', tls } = options;
  const server = tls === undefined ? http.createServer() : https.createServer(tls);
  // Longer than any test, so that a connection is closed by the client or not at all.
  server.keepAliveTimeout = 60_000;
  const upstream = new FakeUpstream(server);
  server.listen(port, host);
  await once(server, 'listening');
  return upstream;
}

function emptyStats(): FakeStats {
  return {
    requests: 0,
    active: 0,
    completed: 0,
    aborted: 0,
    connections: 0,
    openConnections: 0,
    tokens: 0,
    abortTimes: [],
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** @returns the text of the last user message, in any dialect */
function promptOf({ messages, contents, input }: ReceivedRequest['body']): string {
  const said = messages ?? contents ?? input;
  if (!Array.isArray(said)) return '';
  const last = (said as { role?: string; content?: unknown; parts?: unknown }[]).findLast(
    ({ role }) => role === 'user',
  );
  const content = last?.content ?? last?.parts;
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

if (import.meta.main) {
  const [port = '0', host = '127.0.0.1'] = process.argv.slice(2);
  const upstream = await startFakeUpstream({ port: Number(port), host });
  console.log(JSON.stringify({ url: upstream.url }));
  const stop = () => void upstream[Symbol.asyncDispose]();
  process.once('SIGTERM', stop).once('SIGINT', stop);
}
