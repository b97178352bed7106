import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { PublicAddress } from '../src/http/public-address.ts';
import { WebSockets } from '../src/transport/web-sockets.ts';
import { codeOf } from './_support/code-of.ts';
import { galleryOf } from './_support/make-person.ts';
import { hasNginx, startNginx } from './_support/start-nginx.ts';
import { startServer } from './_support/start-server.ts';
import { makeTraversals } from './_support/traversals.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });
const MEBIBYTE = 1024 * 1024;

interface Asked {
  method?: string;
  headers?: Record<string, string>;
}

/** As it is written: `fetch` would resolve the dots itself. */
async function ask(
  url: string,
  path: string,
  { method = 'GET', headers = {}, agent }: Asked & { agent?: Agent } = {},
) {
  const request = httpRequest(url, { method, path, headers, ...(agent && { agent }) });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** @returns paths that were answered with a failure, or with what lies outside */
async function findLeaks(url: string, paths: readonly string[], headers: Record<string, string> = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const leaks: string[] = [];
  try {
    for (let at = 0; at < paths.length; at += 100) {
      const answers = await Promise.all(
        paths
          .slice(at, at + 100)
          .map(async (path) => ({ path, ...(await ask(url, path, { headers, agent })) })),
      );
      leaks.push(
        ...answers
          .filter(
            ({ status, body }) => status >= 500 || /canary-outside|root:.*:0:0|worker_processes/.test(body),
          )
          .map(({ path, status }) => `${status} ${path}`),
      );
    }
  } finally {
    agent.destroy();
  }
  return leaks;
}

describe('a path that leads out of a folder', () => {
  let folder: string;
  let url: string;
  const server = createServer();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-traversal-'));
    await mkdir(join(folder, 'dist/assets'), { recursive: true });
    await writeFile(join(folder, 'canary.txt'), 'canary-outside');
    for (const name of ['index.html', 'docs.html', 'inside.txt', 'assets/inside.txt']) {
      await writeFile(join(folder, 'dist', name), `this is ${name}`);
    }
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { rooms } = pair.server;
    const isReady = () => Promise.resolve(true);
    const address = new PublicAddress(url);
    server.on(
      'request',
      createApp({ ...rooms, address, pageFolder: join(folder, 'dist'), isReady, sockets: new WebSockets() }),
    );
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const ways = makeTraversals('canary.txt', 'etc/passwd');

  it('is one of five hundred, beside files that are served', async () => {
    expect(new Set(ways).size).toBeGreaterThanOrEqual(500);
    expect((await ask(url, '/inside.txt')).body).toBe('this is inside.txt');
    expect((await ask(url, '/assets/inside.txt')).body).toBe('this is assets/inside.txt');
  });

  it.each(['/', '/assets/', '/docs/', '/c/'])('reads nothing outside when it begins at %s', async (base) => {
    const paths = ways.map((way) => base + way);
    expect(await findLeaks(url, paths, { accept: 'text/html' })).toEqual([]);
  });

  it('reads nothing outside where the name of an image, a share or a run stands', async () => {
    const id = crypto.randomUUID();
    const bases = [`/api/conversations/${id}/images/`, '/api/shares/', '/api/runs/'];
    const paths = bases.flatMap((base, index) =>
      ways.filter((_, at) => at % 3 === index).map((way) => base + way),
    );
    const headers = { authorization: `Bearer ${pair.server.token}` };
    expect(await findLeaks(url, paths, headers)).toEqual([]);
  });

  it.skipIf(!hasNginx)('reads nothing outside through nginx', async () => {
    await using nginx = await startNginx(url);
    const outside = makeTraversals('nginx.conf', 'etc/passwd').map((way) => `/assets/${way}`);
    expect((await ask(nginx.url, '/assets/probe.js')).body).toContain('export {}');
    expect(await findLeaks(nginx.url, outside)).toEqual([]);
  });

  it('is no listing when it leads to a folder', async () => {
    for (const path of ['/assets/', '/assets', '/assets/.', '/.git/', '/assets/..']) {
      const { body } = await ask(url, path);
      expect(body).not.toMatch(/inside\.txt/);
    }
  });
});

describe('a picture that is none', () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');

  it.each(['image/svg+xml', 'text/html', 'image/png\r\nX-Forged: 1', '', '../image/png'])(
    'of the type %j is refused, or given back as a download',
    async (mediaType) => {
      const part = { type: 'image', mediaType, data: svg.toString('base64') };
      const body = { messages: [{ role: 'user', content: [part] }] };
      expect((await pair.server.call('/api/chat', { body })).status).toBe(400);
      const gallery = galleryOf(svg);
      const [[hash, image] = []] = Object.entries(gallery.images);
      const file = { ...gallery, images: { [hash ?? '']: { ...image, mediaType } } };
      const imported = await pair.server.call('/api/conversations/import', { body: file });
      const { conversations = [] } = (await imported.json()) as { conversations?: { id: string }[] };
      for (const { id } of conversations) {
        const given = await pair.server.call(`/api/conversations/${id}/images/${hash}`);
        const type = given.headers.get('content-type') ?? '';
        expect(given.headers.has('x-forged')).toBe(false);
        if (given.ok) expect(type).toMatch(/^application\/octet-stream$|^image\/(?:png|jpeg|gif|webp)$/);
        if (type === 'application/octet-stream') {
          expect(given.headers.get('content-disposition')).toBe('attachment');
        }
        expect(given.headers.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );
});

describe('a small body that is large once it is unpacked', () => {
  // Members of gzip may follow each other: 1 GiB of zeros in 1 MiB, made in no time.
  const member = gzipSync(Buffer.alloc(64 * MEBIBYTE), { level: 1 });
  const gzip = Buffer.concat(Array.from({ length: 16 }, () => member));
  const zeros = Buffer.alloc(128 * MEBIBYTE);
  const bombs: Record<string, Buffer> = {
    gzip,
    deflate: deflateSync(zeros, { level: 1 }),
    br: brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  };
  const routes = [
    '/api/chat/stream',
    '/api/conversations',
    '/api/conversations/import',
    '/api/ai-sdk/chat',
    '/v1/chat/completions',
    '/v1/messages',
    '/api/auth/login',
  ];
  const explode = (path: string, encoding: string, token: string) =>
    fetch(pair.server.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
      },
      body: new Blob([bombs[encoding] as Buffer<ArrayBuffer>]),
    });

  it.each(Object.keys(bombs))(
    'by %s is refused by every route, and never held in memory',
    async (encoding) => {
      expect(bombs[encoding]!.length).toBeLessThan(6 * MEBIBYTE);
      let peak = 0;
      const before = process.memoryUsage().rss;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
      for (const path of routes) {
        const response = await explode(path, encoding, pair.server.token);
        expect([413, 415], path).toContain(response.status);
        expect(['payload_too_large', 'unsupported_media_type']).toContain(codeOf(await response.text()));
      }
      clearInterval(watch);
      expect((peak - before) / MEBIBYTE).toBeLessThan(400);
      expect((await pair.server.call('/readyz')).status).toBe(200);
    },
  );

  it('is not even unpacked for who brings no token', async () => {
    for (const path of routes.filter((route) => !route.includes('/auth/'))) {
      expect((await explode(path, 'gzip', 'nobody')).status, path).toBe(401);
    }
  });
});

describe('JSON that parsers differ about', () => {
  const post = (path: string, body: string) =>
    fetch(pair.server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${pair.server.token}`, 'content-type': 'application/json' },
      body,
    });

  it('counts, of a field that is there twice, the last, and so for every reader', async () => {
    const answer = await post('/api/chat', '{"message":"first","message":"second"}');
    expect(answer.status).toBe(200);
    expect(JSON.stringify(pair.upstream.lastReceived.body)).toMatch(/second/);
    expect(JSON.stringify(pair.upstream.lastReceived.body)).not.toMatch(/first/);
  });

  it.each([
    '/api/chat',
    '/api/conversations',
    '/api/conversations/import',
    '/v1/messages',
    '/api/auth/login',
  ])('and is nested a million deep is refused by %s', async (path) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const depth = Math.floor(900_000 / (open.length + close.length));
      const response = await post(path, `${open.repeat(depth)}1${close.repeat(depth)}`);
      expect([400, 413], `${path} ${open}`).toContain(response.status);
      await response.body?.cancel();
    }
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'and names %s changes nothing of all objects',
    async (name) => {
      for (const path of ['/api/chat', '/api/conversations', '/v1/chat/completions', '/v1/messages']) {
        await (
          await post(path, `{"message":"Hi","${name}":{"isAdmin":true,"prototype":{"isAdmin":true}}}`)
        ).text();
      }
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    },
  );
});

describe('who asks', () => {
  it('is nobody but the bearer of a token, whatever headers say', async () => {
    const claims = {
      'x-forwarded-host': 'localhost',
      'x-forwarded-user': 'admin',
      'x-user-id': '1',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host=localhost',
      'x-original-url': '/healthz',
      'x-rewrite-url': '/healthz',
      'x-http-method-override': 'GET',
      cookie: `token=${pair.server.token}; authorization=${pair.server.token}`,
    };
    for (const path of ['/api/me', '/api/admin/users', '/v1/models']) {
      for (const query of ['', `?token=${pair.server.token}`, `?access_token=${pair.server.token}`]) {
        const { status } = await ask(pair.server.url, path + query, { headers: claims });
        expect(status).toBe(401);
      }
    }
  });

  it.each(['TRACE', 'TRACK', 'DEBUG', 'PROPFIND'])('is shown nothing by %s', async (method) => {
    const answer = await ask(pair.server.url, '/api/me', {
      method,
      headers: { 'x-canary': 'mirrored' },
    }).catch(() => ({ status: 400, body: '' }));
    expect([400, 404, 405]).toContain(answer.status);
    expect(answer.body).not.toContain('mirrored');
  });

  it('is counted by the network of an IPv6 address, and by each IPv4 address, as the proxy in front saw it', async () => {
    await using server = await startServer({ TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '3' });
    const statusFor = async (address: string) => {
      const headers = { 'x-forwarded-for': `10.9.9.9, ${address}` };
      const body = { email: `${crypto.randomUUID()}@example.com`, password: 'a wrong password' };
      return (await server.call('/api/auth/login', { body, token: '', headers })).status;
    };
    const statuses = [];
    for (let index = 1; index <= 4; index += 1)
      statuses.push(await statusFor(`2001:db8:1:2:${index}::${index}`));
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect(await statusFor('2001:db8:ffff:2::1')).toBe(401);
    for (let index = 1; index <= 5; index += 1) expect(await statusFor(`203.0.113.${index}`)).toBe(401);
    expect(await statusFor('203.0.113.1')).toBe(401);
    expect(await statusFor('::ffff:203.0.113.1')).toBe(401);
    expect(await statusFor('::ffff:203.0.113.1')).toBe(429);
    expect(await statusFor('203.0.113.1')).toBe(429);
    expect(await statusFor('::ffff:203.0.113.2')).toBe(401);
  });
});
