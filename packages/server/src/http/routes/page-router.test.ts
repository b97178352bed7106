import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageRouter } from './page-router.ts';

describe('pageRouter', () => {
  let folder: string;
  let app: express.Express;
  const script = 'const line = "the same again";\n'.repeat(200);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'assets/index-a1.js'), script);
    await writeFile(join(folder, 'index.html'), `<title>Sluice</title>${' '.repeat(2000)}`);
    app = express().use(pageRouter(folder));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const ask = (path: string, headers: Record<string, string> = {}) =>
    request(app)
      .get(path)
      .set({ accept: 'text/html', ...headers });

  it.each(['gzip', 'br'])('sends what it has as %s to whoever takes that', async (encoding) => {
    const asset = await ask('/assets/index-a1.js', { 'accept-encoding': encoding });
    expect(asset.headers).toMatchObject({
      'content-encoding': encoding,
      vary: 'Accept-Encoding',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const page = await ask('/c/some-chat', { 'accept-encoding': encoding });
    expect(page.headers).toMatchObject({ 'content-encoding': encoding, 'cache-control': 'no-cache' });
  });

  it('sends it as it is to whoever does not', async () => {
    const asset = await ask('/assets/index-a1.js', { 'accept-encoding': 'identity' });
    expect(asset.headers['content-encoding']).toBeUndefined();
    expect(asset.text).toBe(script);
  });

  it('is no answer to what is asked of the API, nor to a file that is not there', async () => {
    for (const path of ['/api/nothing', '/v1/nothing', '/robots.txt', '/assets/gone.js']) {
      expect((await ask(path)).status, path).toBe(404);
    }
  });
});
