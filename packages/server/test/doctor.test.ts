import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signProbeToken } from '../src/auth/probe-token.ts';
import { blame } from '../src/doctor/blame.ts';
import type { Finding } from '../src/doctor/finding.ts';
import { listHops } from '../src/doctor/hop.ts';
import { judgeHop } from '../src/doctor/judge-hop.ts';
import { measureHops } from '../src/doctor/measure-hops.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { hasNginx, startNginx } from './_support/start-nginx.ts';
import { type ProxySetUp, startProxies } from './_support/start-proxies.ts';
import { type TestServer, startServer } from './_support/start-server.ts';

const secret = randomBytes(48).toString('base64url');
const HEARTBEAT_MS = 300;
const stack = new AsyncDisposableStack();
const environment = { JWT_SECRET: secret, TRUST_PROXY: '1', HEARTBEAT_MS: String(HEARTBEAT_MS) };

let server: TestServer;
let dataDir: string;
const named: Record<string, string> = {};
const found: Record<string, readonly Finding[]> = {};

/** As nginx is by itself: over HTTP/1.1 it hands pieces on all the same. */
const buffering = { proxy_buffering: 'on', proxy_http_version: '1.0' };

/** Each by what is wrong with it. */
function setUpProxies(to: string, patient: string) {
  const setUps = {
    right: { to },
    'buffering on': {
      to,
      directives: { ...buffering, proxy_ignore_headers: 'X-Accel-Buffering' },
    },
    'gzip on the stream': {
      to,
      directives: { gzip: 'on', gzip_types: 'text/event-stream', gzip_min_length: '0' },
    },
    'read timeout of 5 s': { to: patient, directives: { proxy_read_timeout: '5s' } },
    'no Upgrade': { to, headers: { Upgrade: null, Connection: '' } },
    'header stripped': { to, headers: { Authorization: '', 'Last-Event-ID': '' } },
    'wrong scheme': { to, headers: { 'X-Forwarded-Proto': 'http' }, isSecure: true },
    'redirect to https': { to, directives: { return: '308 https://$host$request_uri' } },
    'small body': { to, directives: { client_max_body_size: '1m' } },
    'claims passed on': { to, headers: { 'X-Forwarded-For': '$http_x_forwarded_for' } },
    'nothing behind': { to: 'http://127.0.0.1:9' },
    'outer that buffers': { to: 'right', directives: buffering },
    'outer of one that buffers': { to: 'buffering on' },
    'outer that is right': { to: 'right' },
  } satisfies Record<string, ProxySetUp>;
  return startProxies(setUps);
}

/** What the doctor finds, from the server outwards. */
async function examine(of: TestServer, paths: readonly (readonly string[])[], heartbeatMs = HEARTBEAT_MS) {
  const lists = paths.map((urls) => listHops({ serverUrl: of.url, urls, publicUrl: of.url, areNamed: true }));
  const makeToken = () => signProbeToken(secret, Date.now());
  // What several of them begin with is looked at once.
  const hops = new Map(lists.flat().map((hop) => [JSON.stringify(hop), hop]));
  const measured = await measureHops([...hops.values()], { makeToken, streamMs: 2000 + heartbeatMs });
  const judged = new Map(
    [...hops].flatMap(([key, hop], index) => {
      const measurement = measured[index];
      return measurement === undefined ? [] : [[key, judgeHop(hop, measurement, Date.now())] as const];
    }),
  );
  return lists.map((list) => blame(list.flatMap((hop) => judged.get(JSON.stringify(hop)) ?? [])));
}

const paths: Record<string, readonly string[]> = {
  'outer that buffers': ['right', 'outer that buffers'],
  'outer of one that buffers': ['buffering on', 'outer of one that buffers'],
  'outer that is right': ['right', 'outer that is right'],
};

describe.skipIf(!hasNginx)('sluice doctor, of a real nginx', () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    server = stack.use(await startServer(environment));
    const patient = stack.use(await startServer({ ...environment, HEARTBEAT_MS: '6000' }));
    const proxies = stack.use(await setUpProxies(server.url, patient.url));
    Object.assign(named, proxies.urls, { shipped: stack.use(await startNginx(server.url)).url });
    const names = Object.keys(named).filter((name) => name !== 'read timeout of 5 s');
    const urlsOf = (name: string) => (paths[name] ?? [name]).map((hop) => named[hop] ?? '');
    const [[slow], quick] = await Promise.all([
      examine(patient, [urlsOf('read timeout of 5 s')], 6000),
      examine(server, names.map(urlsOf)),
    ]);
    found['read timeout of 5 s'] = slow ?? [];
    for (const [index, name] of names.entries()) found[name] = quick[index] ?? [];
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  const wrong = (name: string) =>
    (found[name] ?? []).filter(({ level }) => level === 'warn' || level === 'fail');

  it.each(['right', 'shipped', 'outer that is right'])('finds nothing wrong with one that is %s', (name) => {
    expect(wrong(name)).toEqual([]);
    expect(found[name]?.at(-1)?.says).toMatch(
      new RegExp(`^the proxy at ${named[name]} \\(nginx.*\\) passes on streams`),
    );
  });

  it.each([
    {
      name: 'buffering on',
      check: 'path buffers',
      says: /holds the stream back: \d+ of 12 frames/,
      fix: /^nginx: proxy_buffering off;/,
    },
    {
      name: 'gzip on the stream',
      check: 'path compresses',
      says: /Content-Encoding: gzip/,
      fix: /^nginx: gzip off;/,
    },
    {
      name: 'read timeout of 5 s',
      check: 'path cuts',
      says: /says nothing for \d\.\d s; .* \(6\.0 s\)$/,
      fix: /^nginx: proxy_read_timeout 1900s;/,
    },
    {
      name: 'no Upgrade',
      check: 'path upgrade',
      says: /no WebSocket through .* answered with 400/,
      fix: /proxy_set_header Upgrade/,
    },
    {
      name: 'header stripped',
      check: 'path header authorization',
      says: /takes away the request header authorization: .*401/,
      fix: /empty value/,
    },
    {
      name: 'wrong scheme',
      check: 'path scheme',
      says: /X-Forwarded-Proto: http of requests that came by https/,
      fix: /X-Forwarded-Proto \$scheme/,
    },
    {
      name: 'redirect to https',
      check: 'path scheme',
      says: /answers 308 and leads to https/,
      fix: /PUBLIC_URL=https/,
    },
    {
      name: 'small body',
      check: 'path body',
      says: /no body of 20 MiB through \(answered 413\)/,
      fix: /client_max_body_size 21m/,
    },
    {
      name: 'claims passed on',
      check: 'path trust',
      says: /a client claims in X-Forwarded-For/,
      fix: /\$remote_addr/,
    },
    { name: 'nothing behind', check: 'path reach', says: /answers 502/, fix: /proxy_pass/ },
  ])('names the culprit: $name', ({ name, check, says, fix }) => {
    const finding = wrong(name).find((other) => other.check === check);
    expect(finding?.says).toMatch(new RegExp(`^the proxy at ${named[name]} \\(nginx/[\\d.]+\\) `));
    expect(finding?.says).toMatch(says);
    expect(finding?.fixes.join('\n')).toMatch(fix);
  });

  it('says nothing of what is as it should be', () => {
    const checks = (name: string) => wrong(name).map(({ check }) => check);
    expect(checks('buffering on')).toEqual(['path buffers']);
    expect(checks('gzip on the stream')).toEqual(['path compresses']);
    expect(checks('read timeout of 5 s')).toEqual(['path cuts']);
    expect(checks('no Upgrade')).toEqual(['path upgrade']);
    expect(checks('header stripped')).toEqual(['path header authorization', 'path header last-event-id']);
    // The certificate of a test is nobody's.
    expect(checks('wrong scheme')).toEqual(['path certificate', 'path scheme']);
  });

  it('tells the outer of two from the inner', () => {
    const [outer, ...others] = wrong('outer that buffers');
    expect(others).toEqual([]);
    expect(outer?.says).toContain(`the proxy at ${named['outer that buffers']} `);
    expect(outer?.fixes.at(-1)).toContain(`let the proxy at ${named['right']} (nginx`);
    const [inner, ...rest] = wrong('outer of one that buffers');
    expect(rest).toEqual([]);
    expect(inner?.says).toContain(`the proxy at ${named['buffering on']} `);
  });

  it('is told on the terminal, with an exit code, and leaves nothing behind', async () => {
    const folder = join(dataDir, 'none');
    await using command = spawnProcess(
      process.execPath,
      ['packages/server/src/cli/main.ts', 'doctor', named['gzip on the stream'] ?? ''],
      { ...environment, DATA_DIR: folder, PORT: new URL(server.url).port, PUBLIC_URL: '' },
    );
    expect(await command.exit()).toBe(1);
    const lines = command.stdout().split('\n');
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([
      expect.stringContaining(`the proxy at ${named['gzip on the stream']} (nginx`),
    ]);
    expect(lines).toContain(
      `ok    the server itself at ${server.url} sends streams, WebSockets and bodies of 20 MiB as it should`,
    );
    expect(command.output()).toMatch(/^sluice: 1 of what was looked at failed/m);
    expect(command.output()).not.toContain(secret);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('lets nobody in who has not the secret, however the request is made', async () => {
    const probe = (token: string, path = 'stream') =>
      fetch(`${server.url}/api/doctor/${path}`, { method: 'POST', headers: { 'x-sluice-probe': token } });
    const other = signProbeToken(randomBytes(48).toString('base64url'), Date.now());
    const old = signProbeToken(secret, Date.now() - 130_000);
    const codes = [];
    for (const token of [server.token, other, old, 'x']) {
      codes.push(((await (await probe(token)).json()) as { code: string }).code);
      codes.push(((await (await probe(token, 'body')).json()) as { code: string }).code);
    }
    const [invalid, expired] = ['token_invalid', 'token_expired'];
    expect(codes).toEqual([invalid, invalid, invalid, invalid, expired, expired, invalid, invalid]);
  });

  it('counts guesses at a token as everywhere: by address, in the metrics and for the audit', async () => {
    await using counted = await startServer({ METRICS_PORT: '0', RATE_LIMIT_PER_MINUTE: '2' });
    const guess = () =>
      fetch(`${counted.url}/api/doctor/body`, { method: 'POST', headers: { 'x-sluice-probe': 'x' } });
    const answers = [await guess(), await guess(), await guess()];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(answers[0]?.headers.has('ratelimit')).toBe(true);
    const page = await counted.rooms.observability.metrics.page?.render();
    expect(page).toContain('sluice_security_events_total{event="token.refused"} 3\n');
    expect(page).toContain('sluice_http_errors_total{code="token_invalid"} 2\n');
  });
});
