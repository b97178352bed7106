import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunEvent, type SequencedEvent, createSseDecoder } from '@sluice/shared';
import { type Composition, compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/env.ts';
import { listen } from '../../src/listen.ts';
import type { FakeUpstream } from './fake-upstream.ts';
import { createDatabase, dropDatabase } from './start-postgres.ts';

export interface TestServer extends AsyncDisposable {
  url: string;
  /** Undefined without METRICS_PORT. */
  metricsUrl: string | undefined;
  /** Of an ordinary user, with every scope such a one can have. */
  token: string;
  rooms: Composition;
  /** `fetch` with that token; a body is sent as JSON. */
  call(
    path: string,
    init?: {
      body?: unknown;
      token?: string;
      headers?: Record<string, string>;
      signal?: AbortSignal;
      method?: string;
    },
  ): Promise<Response>;
  drain(): Promise<void>;
}

/** The whole server in this process, on a free port, with a data directory of its own. */
export async function startServer(environment: Environment = {}): Promise<TestServer> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await createOwnDatabase(stack);
  const rooms = stack.use(
    await compose(
      loadConfig({
        PORT: '0',
        LOG_LEVEL: 'silent',
        RATE_LIMIT_PER_MINUTE: '0',
        DATA_DIR: dataDir,
        DATABASE_URL: databaseUrl,
        // Whatever this machine has is not the test's.
        OLLAMA_HOST: 'off',
        ...environment,
      }),
    ),
  );
  const listening = stack.use(await listen(rooms));
  const { url, metricsUrl, drain } = listening;
  stack.defer(() => (rooms.runs.isDraining ? undefined : drain()));
  const { token } = await rooms.auth.createAppToken({
    email: 'user@example.com',
    name: 'tests',
    scopes: ['chat', 'history', 'usage'],
  });
  const owned = stack.move();
  return {
    url,
    metricsUrl,
    token,
    rooms,
    drain,
    call: (path, { body, headers, token: other = token, ...init } = {}) =>
      fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        ...init,
        headers: {
          ...(other !== '' && { authorization: `Bearer ${other}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where the suites are run on Postgres, each server has a database of its own there, as it has a directory. */
async function createOwnDatabase(stack: AsyncDisposableStack): Promise<string | undefined> {
  const cluster = process.env['SLUICE_TEST_POSTGRES'];
  if (cluster === undefined) return undefined;
  const url = await createDatabase(cluster);
  stack.defer(() => dropDatabase(url));
  return url;
}

/** Environment of a server whose two providers are this fake. */
export function pointAt(upstream: FakeUpstream): Environment {
  return pointAtUrl(upstream.url);
}

/** @param url of an upstream that speaks both dialects, without `/v1` */
export function pointAtUrl(url: string): Environment {
  return {
    ANTHROPIC_API_KEY: 'sk-ant-canary',
    ANTHROPIC_BASE_URL: url,
    OPENAI_API_KEY: 'sk-canary',
    OPENAI_BASE_URL: `${url}/v1`,
  };
}

/** Environment of a server all of whose providers are this fake. */
export function pointAllAt(upstream: FakeUpstream): Environment {
  const { url } = upstream;
  return {
    ...pointAt(upstream),
    GEMINI_API_KEY: 'sk-canary',
    GEMINI_BASE_URL: url,
    OLLAMA_HOST: url,
    OPENROUTER_API_KEY: 'sk-canary',
    OPENROUTER_BASE_URL: `${url}/v1`,
    AIAND_API_KEY: 'sk-canary',
    AIAND_BASE_URL: `${url}/v1`,
  };
}

/** Reads a stream to its end. */
export async function readEvents(response: Response): Promise<SequencedEvent[]> {
  const events: SequencedEvent[] = [];
  for await (const event of iterateEvents(response)) events.push(event);
  return events;
}

/** The events of a stream as they arrive; leaving the loop closes the connection. */
export async function* iterateEvents(response: Response): AsyncGenerator<SequencedEvent> {
  const decoder = createSseDecoder();
  for await (const chunk of response.body ?? []) yield* decoder.decode(chunk as Uint8Array);
}

export function textOf(events: readonly SequencedEvent[]): string {
  return events.map(({ event }) => (event.type === 'text-delta' ? event.text : '')).join('');
}

export function lastOf<Type extends RunEvent['type']>(events: readonly SequencedEvent[], type: Type) {
  const found = events.findLast(({ event }) => event.type === type)?.event;
  return found as Extract<RunEvent, { type: Type }> | undefined;
}
