import { once } from 'node:events';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { type RequestListener, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../packages/server/test/_support/free-port.ts';
import { hasChromium, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const types: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html' };

describe.skipIf(!hasChromium)('the examples for pages of another origin', async () => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const here = useBrowser({ role: 'user' }, { CORS_ORIGINS: origin });

  /** Opens what another web server has at that origin. */
  async function open(listener: RequestListener) {
    const server = createServer(listener).listen(port, '127.0.0.1');
    await once(server, 'listening');
    const page = await here.browser.newPage();
    onTestFinished(async () => {
      await page.close();
      server.closeAllConnections();
      server.close();
    });
    const seen = watch(page);
    await page.goto(origin);
    return { page, seen };
  }

  it('stream, and hang up on the model when they leave: browser.html', async () => {
    const source = await readFile(join(folder, 'browser.html'), 'utf8');
    const html = source.replace('http://127.0.0.1:3000', here.server.url);
    const { page, seen } = await open(
      (_req, res) => void res.setHeader('content-type', 'text/html').end(html),
    );
    await page.getByLabel('Token').fill(here.server.token);
    here.upstream.script({ text: 'Hello from a model.' });
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('output').innerText()).toBe('Hello from a model.');
    here.upstream.script({ tokens: 1000, delayMs: 20 });
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('output').innerText()).toContain('t5');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await expect.poll(() => page.locator('output').innerText()).toContain('[Stopped]');
    here.upstream.script({ tokens: 10, end: 'truncate' });
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('output').innerText()).toMatch(/t0 t1.* \[.*error.*\]/i);
    await page.getByLabel('Token').fill('nobody');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('output').innerText()).toContain('not valid');
    // Every browser says so of a 401, and of a stream that is cut.
    expect(seen.problems.filter((problem) => !/401|INCOMPLETE_CHUNKED/.test(problem))).toEqual([]);
  });

  it('stream, stop, and go on after a reload: useChat in ai-sdk-react', async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'sluice-example-'));
    onTestFinished(() => rm(outDir, { recursive: true, force: true }));
    const defined = { VITE_SLUICE_URL: here.server.url, VITE_SLUICE_TOKEN: here.server.token };
    await build({
      root: join(folder, 'ai-sdk-react'),
      logLevel: 'silent',
      build: { outDir, emptyOutDir: true },
      define: Object.fromEntries(
        Object.entries(defined).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]),
      ),
    });
    const { page, seen } = await open((req, res) => {
      const path = req.url === '/' ? 'index.html' : (req.url ?? '').slice(1);
      readFile(join(outDir, path)).then(
        (content) => res.setHeader('content-type', types[extname(path)] ?? 'text/plain').end(content),
        () => res.writeHead(404).end(),
      );
    });
    const said = () => page.getByRole('paragraph').last().innerText();
    const ask = async (question: string) => {
      await page.getByLabel('Message').fill(question);
      await page.getByRole('button', { name: 'Send' }).click();
    };
    here.upstream.script({ text: 'Hello from a model.' });
    await ask('Hello!');
    await expect.poll(said).toContain('Hello from a model.');
    await page.getByRole('button', { name: 'Send' }).waitFor();

    here.upstream.script({ tokens: 400, delayMs: 20 });
    await ask('Count');
    await expect.poll(said).toContain('t5');
    await page.reload();
    await expect.poll(said).toMatch(/t0 t1 t2 .*t50/);
    expect(here.upstream.stats).toMatchObject({ active: 1, requests: 2 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await page.getByRole('button', { name: 'Send' }).waitFor();
    expect(seen.problems.filter((problem) => !/404/.test(problem))).toEqual([]);
  });
});
