import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fullCounts } from './_support/counts.ts';
import { type FakeUpstream, startFakeUpstream } from './_support/fake-upstream.ts';
import { type FakeScript, directive } from './_support/fake-upstream-script.ts';
import { type LocalIssuer, audience, startLocalIssuer } from './_support/local-issuer.ts';
import { prove } from './_support/guarantees/prove.ts';
import { openSocket } from './_support/open-socket.ts';
import { type SpawnedServer, createToken, spawnServer } from './_support/spawn-server.ts';
import { type Collector, startCollector } from './_support/start-collector.ts';

const FLOWS = fullCounts ? 500 : 60;
const AT_ONCE = 6;

const secrets = new Set<string>();
/** Something that nobody may find again. */
function canary(prefix = ''): string {
  const value = `${prefix}canary${randomBytes(12).toString('hex')}`;
  secrets.add(value);
  return value;
}

/** What a line of a log could be broken with, or ended early. */
const hostile = '\r\n{"level":60,"msg":"forged"}\n\u2028\u0085"}\\';

const key = canary('sk-');
const account = { email: 'owner@example.com', password: canary('a password ') };
let server: SpawnedServer;
let upstream: FakeUpstream;
let issuer: LocalIssuer;
let collector: Collector;
let token: string;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-'));
  upstream = await startFakeUpstream();
  issuer = await startLocalIssuer();
  collector = await startCollector();
  const secret = randomBytes(32).toString('base64');
  secrets.add(secret);
  const environment = {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    JWT_SECRET: secret,
    METRICS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: audience,
    OIDC_REQUIRED_CLAIM: '*',
    ANTHROPIC_API_KEY: key,
    ANTHROPIC_BASE_URL: upstream.url,
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: `${upstream.url}/v1`,
  };
  server = await spawnServer(environment, '');
  const code = /#code=(\S+)/.exec(server.process.output())?.[1] ?? '';
  secrets.add(code);
  await post('/api/auth/setup', { ...account, code, name: 'Owner' }, { mayTell: true });
  token = await createToken({ DATA_DIR: dataDir, JWT_SECRET: secret });
  secrets.add(token);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

interface Sent {
  headers?: Record<string, string>;
  method?: string;
  /** Whether the answer is for who asked for it, so that it may hold what is theirs. */
  mayTell?: boolean;
}

const told: string[] = [];

async function send(path: string, body: string | undefined, { headers, method, mayTell }: Sent = {}) {
  const response = await fetch(server.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  if (mayTell !== true) told.push(text);
  return { response, text };
}

const post = (path: string, body: object, sent?: Sent) => send(path, JSON.stringify(body), sent);
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

/** Asks with a prompt that nobody may read elsewhere. */
function ask(script: FakeScript, { mayTell = false, more = {} } = {}) {
  const message = `${directive(script)} ${canary('prompt ')} ${hostile}`;
  return post('/api/chat/stream', { message, ...more }, { headers: bearer(token), mayTell });
}

const cookieOf = (response: Response) => {
  const [pair = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  secrets.add(pair.slice(pair.indexOf('=') + 1));
  return pair;
};

/** What people, apps, vendors and strangers do. */
const flows: (() => Promise<unknown>)[] = [
  () => ask({ echo: true }, { mayTell: true }),
  () => ask({ status: 401, errorMessage: `Incorrect API key provided: ${key}` }),
  () => ask({ status: 500, body: `{"error":{"message":"${key}","prompt":"${canary('prompt ')}"}}` }),
  () => ask({ status: 400, errorMessage: `invalid: ${canary('prompt ')} with ${key}` }),
  () => ask({ error: 'mid-stream', tokens: 8, errorMessage: `failed with ${key}` }),
  () => ask({ body: `<html>${key}`, headers: { 'content-type': 'text/html', 'x-key': key } }),
  () => ask({ end: 'reset', tokens: 8 }),
  () => ask({}, { more: { model: `openai/${hostile}` } }),
  () => ask({}, { more: { temperature: canary() } }),
  () => {
    const body = { model: 'openai/gpt-5', messages: [{ role: 'user', content: canary('prompt ') }] };
    return post('/v1/chat/completions', body, { headers: bearer(canary('sk-')) });
  },
  () => {
    const content = `${directive({ status: 403, errorMessage: key })} ${canary('prompt ')}`;
    const body = {
      model: 'anthropic/claude-sonnet-4-5',
      max_tokens: 9,
      messages: [{ role: 'user', content }],
    };
    return post('/v1/messages', body, { headers: { 'x-api-key': token } });
  },
  () => send('/api/auth/login', `{"email":"a@b.co","password":"${canary()}"`),
  () => post('/api/auth/login', { email: `${canary()}@example.com`, password: canary() }),
  () => post('/api/auth/login', { ...account, password: canary() }),
  () => post('/api/auth/login', { ...account, password: [canary()], more: canary() }),
  async () => {
    const { response } = await post('/api/auth/login', account, { mayTell: true });
    const origin = server.url;
    const first = cookieOf(response);
    const headers = { origin, cookie: first };
    const again = await post('/api/auth/refresh', {}, { headers, mayTell: true });
    const second = { origin, cookie: cookieOf(again.response) };
    const third = await post('/api/auth/refresh', {}, { headers: second, mayTell: true });
    await post('/api/auth/refresh', {}, { headers });
    await post('/api/auth/logout', {}, { headers: { origin, cookie: cookieOf(third.response) } });
  },
  async () => {
    const { response } = await post('/api/auth/login', account, { mayTell: true });
    const [name = ''] = cookieOf(response).split('=');
    const headers = { origin: server.url, cookie: `${name}=${canary()}` };
    await post('/api/auth/refresh', {}, { headers });
  },
  () => post('/api/auth/refresh', {}, { headers: { origin: `https://${canary()}.example` } }),
  () => post('/api/auth/setup', { ...account, code: canary() }),
  () => send(`/api/me?token=${canary()}`, undefined, { headers: bearer(`${token.slice(0, -4)}AAAA`) }),
  async () => send('/api/me', undefined, { headers: bearer(await signed({ aud: 'another' })) }),
  async () => send('/api/me', undefined, { headers: bearer(await signed({ sub: canary() })), mayTell: true }),
  () => send(`/api/runs/${canary()}/events%0d%0a${canary()}`, undefined, mine()),
  () =>
    send('/api/me', undefined, { headers: { ...bearer(token), traceparent: canary(), cookie: canary() } }),
  async () => {
    const { text } = await post('/api/conversations', { title: canary() + hostile }, mine());
    const { id } = JSON.parse(text) as { id: string };
    await ask({ echo: true }, { mayTell: true, more: { conversationId: id } });
    const share = await post(`/api/conversations/${id}/shares`, {}, mine());
    const { id: link } = JSON.parse(share.text) as { id: string };
    secrets.add(link);
    await send(`/api/shares/${link}`, undefined, { mayTell: true });
    await send(`/api/shares/${link}`, undefined, { headers: bearer(token), method: 'DELETE' });
    await send(`/api/shares/${link}`, undefined);
  },
  async () => {
    using socket = await openSocket({ url: server.url, token }, { token: '' });
    socket.send({ type: 'auth', token: canary() });
    await socket.closed;
    told.push(JSON.stringify(socket.frames));
  },
  async () => {
    using socket = await openSocket({ url: server.url, token });
    socket.send(`{"type":"chat","id":"a","message":"${canary()}`);
    await socket.sees('error');
    const failing = directive({ status: 401, errorMessage: key });
    socket.send({ type: 'chat', id: 'b', message: `${failing} ${canary('prompt ')} ${hostile}` });
    await socket.until((frames) => frames.some(({ id, type }) => id === 'b' && /^(done|error)$/.test(type)));
    told.push(JSON.stringify(socket.frames));
  },
];

const mine = (): Sent => ({ headers: bearer(token), mayTell: true });

async function signed(changes: Record<string, unknown>): Promise<string> {
  const jwt = await issuer.sign(changes);
  secrets.add(jwt);
  return jwt;
}

it(`tells none of its secrets in ${FLOWS} requests of all kinds, and each line of its log is one JSON object`, async () => {
  let next = 0;
  const work = async () => {
    while (next < FLOWS) {
      const flow = flows[next % flows.length];
      next += 1;
      await flow?.();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const [, metricsUrl = ''] = await server.process.sees(/^Metrics are at (\S+),/m);
  const metrics = await (await fetch(metricsUrl)).text();
  server.process.child.kill('SIGTERM');
  await server.process.exit();

  const output = server.process.output();
  const lines = output.split('\n').filter((line) => line !== '');
  const greeting = /^(Create the first account here|Metrics are at|Sluice is listening) /;
  const records = lines.filter((line) => !greeting.test(line)).map((line) => JSON.parse(line) as Line);
  expect(records.filter(({ level, msg }) => typeof level !== 'number' || msg === 'forged')).toEqual([]);
  const count = (text: string) => records.filter(({ msg }) => msg === text).length;
  expect(count('run ended')).toBeGreaterThan(FLOWS / 4);
  expect(count('security event')).toBeGreaterThan(FLOWS / 8);
  expect(count('a request was answered')).toBeGreaterThan(FLOWS / 2);
  expect(collector.spans.length).toBeGreaterThan(FLOWS / 4);
  const kept = lines.filter((line) => !greeting.test(line)).join('\n');
  const places = { log: kept, answers: told.join('\n'), metrics, traces: collector.bodies.join('\n') };
  const found = Object.entries(places).flatMap(([place, text]) =>
    [...secrets].filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
  );
  for (const find of found) console.log(find);
  prove('canaries', { found: found.length, cases: FLOWS });
}, 300_000);

interface Line {
  level?: unknown;
  msg?: unknown;
}
