import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastOf, pointAtUrl, readEvents, startServer } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ MAX_RUNS_PER_USER: '0' });

/** What nobody may ask: it stands for whatever can be reached from the server, and not from outside. */
const internal = createServer((req, res) => {
  seen.push(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`);
  res.setHeader('access-control-allow-origin', '*');
  res.end('{"data":[]}');
});
const seen: string[] = [];
let port: number;
beforeAll(async () => {
  internal.listen(0);
  await once(internal, 'listening');
  ({ port } = internal.address() as AddressInfo);
});
afterAll(() => internal.close());
beforeEach(() => void seen.splice(0));

/** One address, as filters that read it otherwise than whoever fetches it let it through; none needs a name to be looked up. */
const spellings = () => [
  `http://127.0.0.1:${port}/a.png`,
  `http://localhost:${port}/a.png`,
  `HTTP://LOCALHOST:${port}/a.png`,
  `http://2130706433:${port}/a.png`,
  `http://0x7f000001:${port}/a.png`,
  `http://0x7f.0.0.1:${port}/a.png`,
  `http://0177.0.0.1:${port}/a.png`,
  `http://017700000001:${port}/a.png`,
  `http://127.1:${port}/a.png`,
  `http://127.0.0.1.:${port}/a.png`,
  `http://0:${port}/a.png`,
  `http://0.0.0.0:${port}/a.png`,
  `http://[::1]:${port}/a.png`,
  `http://[::]:${port}/a.png`,
  `http://[::ffff:127.0.0.1]:${port}/a.png`,
  `http://[::ffff:7f00:1]:${port}/a.png`,
  `http://[0:0:0:0:0:ffff:127.0.0.1]:${port}/a.png`,
  `http://127。0。0。1:${port}/a.png`,
  `http://①②⑦.0.0.1:${port}/a.png`,
  `http://images.example@127.0.0.1:${port}/a.png`,
  `http://images.example:80@127.0.0.1:${port}/a.png`,
  `http://127.0.0.1:${port}#@images.example/a.png`,
  `http://127.0.0.1:${port}\\@images.example/a.png`,
  `//127.0.0.1:${port}/a.png`,
  `\\\\127.0.0.1:${port}\\a.png`,
  `http:\\\\127.0.0.1:${port}\\a.png`,
  `http:/127.0.0.1:${port}/a.png`,
  ` http://127.0.0.1:${port}/a.png`,
  `ht\ntp://127.0.0.1:${port}/a.png`,
  `http://169.254.169.254/latest/meta-data/`,
  `file:///etc/passwd`,
  `gopher://127.0.0.1:${port}/_GET`,
  `data:image/png,http://127.0.0.1:${port}/a.png`,
];

const hi = 'Hi';
/** Every place in a request that an address of an image could stand in. */
const images: Record<string, (url: string) => [path: string, body: object]> = {
  'an image of our own': (url) => [
    '/api/chat/stream',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', url },
            { type: 'text', text: hi },
          ],
        },
      ],
    },
  ],
  'the bytes of an image of our own': (url) => [
    '/api/chat',
    { messages: [{ role: 'user', content: [{ type: 'image', mediaType: 'image/png', data: url }] }] },
  ],
  'the image_url of OpenAI': (url) => [
    '/v1/chat/completions',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
  ],
  'the file of OpenAI': (url) => [
    '/v1/chat/completions',
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: url, filename: url } }] }] },
  ],
  'the url source of Anthropic': (url) => [
    '/v1/messages',
    {
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }],
    },
  ],
  'the base64 source of Anthropic': (url) => [
    '/v1/messages',
    {
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: url } }],
        },
      ],
    },
  ],
  'the document of Anthropic': (url) => [
    '/v1/messages',
    {
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url } }] }],
    },
  ],
  'the file of the AI SDK': (url) => [
    '/api/ai-sdk/chat',
    { messages: [{ id: 'm', role: 'user', parts: [{ type: 'file', mediaType: 'image/png', url }] }] },
  ],
};

describe.each(Object.entries(images))('an address in %s', (_name, make) => {
  it('is refused however it is spelt, and nobody is asked', async () => {
    for (const url of spellings()) {
      const [path, body] = make(url);
      const response = await pair.server.call(path, { body });
      expect(response.status, url).toBe(400);
      await response.body?.cancel();
    }
    expect(seen).toEqual([]);
    expect(pair.upstream.received).toEqual([]);
  });
});

describe('where a provider is', () => {
  const fields = [
    'api_base',
    'apiBase',
    'base_url',
    'baseUrl',
    'baseURL',
    'endpoint',
    'api_key',
    'apiKey',
    'proxy',
    'webhook',
    'callback_url',
    'custom_host',
    'extra_headers',
    'extra_body',
    'mcp_servers',
    'tool_resources',
  ];

  it.each(['/api/chat', '/v1/chat/completions', '/v1/messages', '/api/ai-sdk/chat'])(
    'is nothing that a request to %s can say: the key goes where the administrator says',
    async (path) => {
      const base = path.startsWith('/v1')
        ? { max_tokens: 9, messages: [{ role: 'user', content: hi }] }
        : { message: hi };
      for (const field of fields) {
        const response = await pair.server.call(path, {
          body: { ...base, [field]: `http://127.0.0.1:${port}/v1` },
        });
        expect([200, 400], field).toContain(response.status);
        await response.text();
      }
      expect(seen).toEqual([]);
      for (const { body } of pair.upstream.received) expect(JSON.stringify(body)).not.toContain(String(port));
    },
  );

  it('is nothing that a header can say, and no header of the caller, nor a cookie, is sent on', async () => {
    const url = `http://127.0.0.1:${port}/v1`;
    const headers = {
      cookie: 'sluice-refresh-80=canary; session=canary',
      'x-api-base': url,
      'x-base-url': url,
      'x-portkey-custom-host': url,
      'helicone-target-url': url,
      'x-forwarded-host': `127.0.0.1:${port}`,
      'x-canary': 'canary',
      'openai-organization': 'canary',
      'user-agent': 'canary',
      referer: url,
    };
    for (const model of ['anthropic/claude-sonnet-5-5', 'openai/gpt-5.4']) {
      expect((await pair.server.call('/api/chat', { body: { message: hi, model }, headers })).status).toBe(
        200,
      );
      const sent = JSON.stringify(pair.upstream.lastReceived.headers);
      for (const own of ['canary"', String(port), pair.server.token]) {
        expect(sent.replaceAll(/sk-(?:ant-)?canary/g, '')).not.toContain(own);
      }
      expect(pair.upstream.lastReceived.headers).not.toHaveProperty('cookie');
    }
    expect(seen).toEqual([]);
  });

  it('is not where an upstream sends us on to, and its key goes nowhere', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const upstream = createServer((req, res) => {
        req.resume();
        res.writeHead(status, { location: `http://127.0.0.1:${port}${req.url}` }).end();
      }).listen(0, '127.0.0.1');
      await once(upstream, 'listening');
      const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
      await using server = await startServer(pointAtUrl(url));
      for (const model of ['anthropic/claude-sonnet-5-5', 'openai/gpt-5.4']) {
        const events = await readEvents(
          await server.call('/api/chat/stream', { body: { message: hi, model } }),
        );
        expect(lastOf(events, 'run-end')?.reason).toBe('error');
      }
      upstream.closeAllConnections();
      upstream.close();
    }
    expect(seen).toEqual([]);
  });
});

describe('a server that is taken for a proxy', () => {
  it.each(['GET', 'POST', 'CONNECT'])('asks nobody by %s', async (method) => {
    const { port: own, hostname } = new URL(pair.server.url);
    for (const target of [`http://127.0.0.1:${port}/`, `127.0.0.1:${port}`, `//127.0.0.1:${port}/`]) {
      const socket = connect(Number(own), hostname);
      await once(socket, 'connect');
      const host = `Host: 127.0.0.1:${own}\r\n`;
      socket.end(`${method} ${target} HTTP/1.1\r\n${host}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      const answer = await text(socket);
      // Nothing at all is the answer to CONNECT.
      expect(answer).not.toMatch(/^HTTP\/1\.1 (?:5|30)\d/);
      expect(answer.toLowerCase()).not.toMatch(/^location:/m);
    }
    expect(seen).toEqual([]);
  });
});
