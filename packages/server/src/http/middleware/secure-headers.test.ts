import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { secureHeaders } from './secure-headers.ts';

async function headersOf(path: string, isSecure = false): Promise<Headers> {
  const app = express();
  app.use(secureHeaders({ isSecure } as Parameters<typeof secureHeaders>[0]));
  app.use((_req, res) => void res.end());
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return headers;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The directives of a Content-Security-Policy, with their values. */
async function policyOf(path: string, isSecure = false): Promise<Map<string, string>> {
  const policy = (await headersOf(path, isSecure)).get('content-security-policy') ?? '';
  return new Map(
    policy.split(';').map((directive): [string, string] => {
      const [name = '', ...values] = directive.trim().split(' ');
      return [name, values.join(' ')];
    }),
  );
}

describe('the Content-Security-Policy', () => {
  it.each(['/', '/c/1', '/api/me', '/assets/index.js', '/image-frame.html/x', '/image-frame.png'])(
    'lets %s run its own scripts alone, and load nothing from elsewhere',
    async (path) => {
      const policy = await policyOf(path);
      expect(policy.get('default-src')).toBe("'none'");
      for (const name of ['script-src', 'style-src', 'font-src', 'worker-src', 'connect-src', 'frame-src'])
        expect(policy.get(name), name).toBe("'self'");
      expect(policy.get('img-src')).toBe("'self' data: blob:");
      expect(policy.get('frame-ancestors')).toBe("'none'");
      expect((await headersOf(path)).get('x-frame-options')).toBe('DENY');
    },
  );

  it('lets scripts make addresses of code by one policy alone, that of the worker', async () => {
    const policy = await policyOf('/');
    expect(policy.get('require-trusted-types-for')).toBe("'script'");
    expect(policy.get('trusted-types')).toBe('sluice-worker');
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe|wasm|\*/);
  });

  it.each(['/image-frame.html', '/image-frame.js', '/image-frame.css'])(
    'gives %s images from anywhere, a sandbox, and nothing else',
    async (path) => {
      const policy = await policyOf(path);
      expect(policy.get('img-src')).toBe('https: http:');
      expect(policy.get('sandbox')).toBe('allow-scripts');
      expect(policy.get('default-src')).toBe("'none'");
      expect(policy.get('frame-ancestors')).toBe("'self'");
      expect(policy.get('trusted-types')).toBe("'none'");
      for (const name of ['connect-src', 'frame-src', 'worker-src', 'font-src'])
        expect(policy.has(name)).toBe(false);
      const headers = await headersOf(path);
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  it('is not all that is said: devices are out of reach, types are not guessed, and nobody hears where one came from', async () => {
    for (const path of ['/', '/api/me', '/docs', '/image-frame.html']) {
      const headers = await headersOf(path);
      expect(headers.get('permissions-policy')).toMatch(/camera=\(\), .*microphone=\(\)/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('asks for https alone where that is what there is', async () => {
    expect((await policyOf('/')).has('upgrade-insecure-requests')).toBe(false);
    for (const path of ['/', '/image-frame.html'])
      expect((await policyOf(path, true)).has('upgrade-insecure-requests')).toBe(true);
  });
});

describe('what only makes sense over https', () => {
  const names = ['strict-transport-security', 'cross-origin-opener-policy', 'origin-agent-cluster'];

  it.each(['/', '/api/me', '/docs', '/image-frame.html'])(
    'is said of %s there, and there alone',
    async (path) => {
      const secure = await headersOf(path, true);
      expect(names.map((name) => secure.get(name))).toEqual([
        'max-age=31536000; includeSubDomains',
        'same-origin',
        '?1',
      ]);
      const plain = await headersOf(path);
      expect(names.map((name) => plain.get(name))).toEqual([null, null, null]);
    },
  );

  it('is not whose pages may take what is here: our own alone, but for the document of one image', async () => {
    expect((await headersOf('/api/me')).get('cross-origin-resource-policy')).toBe('same-origin');
    expect((await headersOf('/image-frame.css')).get('cross-origin-resource-policy')).toBe('cross-origin');
  });
});
