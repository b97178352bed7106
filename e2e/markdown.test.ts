import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { once } from 'node:events';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const code = Array.from(
  { length: 30 },
  (_, line) => `const value${line}: number = ${line}; // <b>&amp;`,
).join('\n');
const table = `| Transport | Direction | Resumable | Proxy friendly | Notes |
| --- | :---: | --- | --- | --- |
| SSE | server to client | yes, with **ids** | yes | one HTTP response |
| WebSocket | both | by hand | sometimes | needs an upgrade |`;

const everything = `## A heading that says what follows

Some **bold words** and *emphasis*, \`code\`, ~~gone~~ and [a link to somewhere](https://example.com/a/long/path).

- a first item with **bold**
- a second one with \`code\`
  - nested, with [another link](https://example.org/)

${table}

\`\`\`ts
${code.split('\n').slice(0, 6).join('\n')}
\`\`\`

The wait is $W = \\frac{1}{\\mu - \\lambda}$ and no more.

$$
L = \\frac{\\rho}{1 - \\rho}
$$

> A quotation with **bold** in it.

1. one
2. two

And a last paragraph, with a note[^1].

[^1]: It says **this**.
`;

/** What is left in a text that was to be formatted. */
const raw =
  String.raw`\*\*|~~|\]\(|\[\^|^\|.*\||^\s*\|?[ :|-]*---|` + '```|^#{1,6} |\\\\frac(?=.*\\$)|\\$\\$';

function crc(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A PNG of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const content = Buffer.concat([Buffer.from(type), body]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc(content));
    return Buffer.concat([length, content, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0], 8);
  const rows = deflateSync(Buffer.alloc((width + 1) * height, 0));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Another host, with one image. */
async function startImageHost() {
  const asked: { url: string | undefined; referer: string | undefined }[] = [];
  const server = createServer((req, res) => {
    asked.push({ url: req.url, referer: req.headers.referer });
    if (req.url?.startsWith('/chart.png'))
      res.writeHead(200, { 'content-type': 'image/png' }).end(png(300, 200));
    else res.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(!hasChromium)('answers', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    context = await here.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    await (await signIn(context, here.server.url)).close();
  });
  afterAll(() => context?.close());
  beforeEach(async () => {
    page = await context.newPage();
    await page.setViewportSize({ width: 1200, height: 800 });
    await page.goto(here.server.url);
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    seen = watch(page);
  });
  afterEach(() => page.close());

  const answer = () => page.getByRole('article', { name: 'Assistant' }).last();
  const status = () => page.getByRole('status', { name: 'Status' });
  const ask = async (script: Parameters<typeof here.upstream.script>[0]) => {
    here.upstream.script(script);
    await page.getByRole('textbox', { name: 'Message' }).fill('Go on');
    await page.keyboard.press('Enter');
  };
  const isDone = () => page.getByRole('button', { name: 'Regenerate' }).waitFor({ timeout: 30_000 });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

  it('S5: shows no raw Markdown for more than a frame while an answer grows, and shifts by hardly anything', async () => {
    await page.evaluate((pattern) => {
      const rawMarkdown = new RegExp(pattern, 'm');
      const state = { frames: 0, shift: 0, seen: [] as string[] };
      Object.assign(window, { growth: state });
      let before = '';
      const look = () => {
        const prose = document.querySelector('.answer .prose') as HTMLElement | null;
        const text = prose?.innerText ?? '';
        const found = rawMarkdown.exec(text)?.[0] ?? '';
        if (text !== '') state.frames += 1;
        if (found !== '' && found === before)
          state.seen.push(text.slice(Math.max(0, text.indexOf(found) - 40)).slice(0, 90));
        before = found;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, hadRecentInput, sources } = entry as PerformanceEntry & {
            value: number;
            hadRecentInput: boolean;
            sources: { node: Node | null }[];
          };
          const isAnswer = sources.some(({ node }) => node?.parentElement?.closest('.prose') !== null);
          if (!hadRecentInput && isAnswer) state.shift += value;
        }
      }).observe({ type: 'layout-shift' });
    }, raw);
    await ask({ text: everything, delayMs: 18, firstDelayMs: 600 });
    await isDone();
    await expect.poll(() => answer().locator('.katex').count()).toBe(2);
    const growth = await page.evaluate(
      () => (window as unknown as { growth: { frames: number; shift: number; seen: string[] } }).growth,
    );
    expect(growth.frames).toBeGreaterThan(100);
    expect(growth.seen).toEqual([]);
    expect(growth.shift).toBeLessThanOrEqual(0.02);
    expect(await answer().locator('.prose').innerText()).toContain('bold words');
    expect(seen.problems).toEqual([]);
  });

  it('S6: shows markup as text, drops unsafe links, and fetches an image only when asked, in a sandbox', async () => {
    await using images = await startImageHost();
    const host = new URL(images.url).host;
    await ask({
      text: `<b>markup</b> [bad](javascript:alert(1)) [https://bank.example](${images.url}/x)\n\n![A chart](${images.url}/chart.png?secret=1)\n`,
    });
    await isDone();
    expect(await answer().innerText()).toContain('<b>markup</b> bad');
    expect(await answer().getByRole('link', { name: 'bad' }).count()).toBe(0);
    // Its text names another place than it leads to.
    expect(await answer().innerText()).toContain('https://bank.example (localhost)');
    const link = answer().getByRole('link', { name: 'Open in a new tab' });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await answer().innerText()).toContain('A chart');
    expect(await answer().innerText()).toContain(host);
    await page.reload();
    await answer().getByText('A chart').waitFor();
    expect(images.asked).toEqual([]);

    await answer().getByRole('button', { name: 'Load image' }).click();
    const frame = answer().locator('iframe');
    await expect.poll(async () => (await frame.boundingBox())?.width).toBe(300);
    expect((await frame.boundingBox())?.height).toBe(200);
    expect(images.asked).toEqual([{ url: '/chart.png?secret=1', referer: undefined }]);
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    expect(seen.problems).toEqual([]);

    // The page itself can load none, and the sandbox reaches nothing of the page.
    const refused = page.evaluate(
      (url) =>
        new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          new Image().src = url;
        }),
      `${images.url}/chart.png`,
    );
    expect(await refused).toBe('img-src');
    const inside = page.frames().find((each) => each.url().includes('/image-frame.html'));
    const reach = await inside?.evaluate(() => {
      try {
        return String(window.parent.document.title);
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(reach).toBe('SecurityError');
    expect(images.asked).toHaveLength(1);
  });

  it('S6: says so when an image cannot be loaded', async () => {
    await using images = await startImageHost();
    await ask({ text: `![gone](${images.url}/gone.png)` });
    await isDone();
    await answer().getByRole('button', { name: 'Load image' }).click();
    await answer().getByText('The image could not be loaded.').waitFor();
    expect(await answer().locator('iframe').count()).toBe(0);
  });

  it('M1: copies a message as Markdown and code as it was written, confirms for two seconds, and says so', async () => {
    const text = `Take *this*:\n\n\`\`\`ts\n${code}\n\`\`\`\n\nand run it.`;
    await ask({ text });
    await isDone();
    await expect.poll(() => answer().locator('.ink-keyword').count()).toBeGreaterThan(20);
    const copyCode = answer().getByRole('button', { name: 'Copy code' });
    const shape = () => copyCode.locator('path').getAttribute('d');
    const before = await shape();
    const clickedAt = Date.now();
    await copyCode.click();
    await expect.poll(() => status().innerText()).toBe('Copied');
    expect(await shape()).not.toBe(before);
    expect(await clipboard()).toBe(code);
    await expect.poll(shape, { timeout: 4000 }).toBe(before);
    const confirmedMs = Date.now() - clickedAt;
    expect(confirmedMs).toBeGreaterThanOrEqual(2000);
    expect(confirmedMs).toBeLessThan(3500);
    await expect.poll(() => status().innerText()).not.toBe('Copied');
    await answer().getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(() => status().innerText()).toBe('Copied');
    expect(await clipboard()).toBe(text);
  });

  it('M6: names the language of code, wraps, folds and scrolls it, and never folds what is being written', async () => {
    const wide = `const wide = '${'x'.repeat(300)}';`;
    await ask({ text: `\`\`\`ts\n${code}\n${wide}\n\`\`\`\n\nDone.`, delayMs: 2 });
    const box = answer().locator('.code-box');
    const heightOf = async () => (await box.boundingBox())?.height ?? 0;
    await isDone();
    expect(await box.innerText()).toMatch(/^ts\b/);
    // Whoever has watched it grow still has it before them, and may fold it.
    expect(await heightOf()).toBeGreaterThan(600);
    await expect.poll(() => box.getByText('const', { exact: true }).count()).toBe(31);
    const plain = await heightOf();
    await box.getByRole('button', { name: 'Collapse' }).click();
    expect(await heightOf()).toBeLessThanOrEqual(450);

    await page.reload();
    const unfold = box.getByRole('button', { name: 'Expand (31 lines)' });
    await unfold.waitFor();
    expect(await unfold.getAttribute('aria-expanded')).toBe('false');
    expect(await heightOf()).toBeLessThanOrEqual(450);
    await unfold.focus();
    await page.keyboard.press('Enter');
    expect(await heightOf()).toBe(plain);

    const pre = box.getByRole('group', { name: 'Code, ts' });
    const overflow = () => pre.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(await overflow()).toBeGreaterThan(500);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await pre.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => pre.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    const wrap = box.getByRole('button', { name: 'Wrap lines' });
    await wrap.click();
    expect(await wrap.getAttribute('aria-pressed')).toBe('true');
    expect(await overflow()).toBe(0);
    // Colours took no place: the same text as in one piece.
    expect((await pre.locator('code').textContent())?.trimEnd()).toBe(`${code}\n${wide}`);
    expect(seen.problems).toEqual([]);
  });

  it('M6: leaves code plain where its worker cannot be had', async () => {
    await page.route('**/ink-worker-*.js', (route) => route.abort('failed'));
    await ask({ text: '```ts\nconst a = 1;\n```\n\n$x^2$ and more.' });
    await isDone();
    await expect.poll(() => answer().locator('.formula-source').innerText()).toBe('$x^2$');
    expect(await answer().locator('pre').innerText()).toContain('const a = 1;');
    expect(await answer().locator('[class^="ink-"]').count()).toBe(0);
    await page.unroute('**/ink-worker-*.js');
  });

  it('M7: scrolls a table inside itself on a phone, by keyboard too', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await ask({ text: `${table}\n\nThat is all.` });
    await isDone();
    const region = answer().getByRole('group', { name: 'Table' });
    expect(await region.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeGreaterThan(50);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await region.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => region.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
  });

  it('M7: sets a formula when its end has come, also for those who hear it, and fetches what that takes only then', async () => {
    const files: string[] = [];
    page.on('request', (request) => files.push(request.url()));
    const text = 'The load:\n\n$$\n\\rho = \\frac{\\lambda}{\\mu}\n$$\n\nIt costs $5 and $6.';
    here.upstream.script({ text, hang: 'mid', after: 8 });
    await page.getByRole('textbox', { name: 'Message' }).fill('Go on');
    await page.keyboard.press('Enter');
    await expect.poll(() => answer().locator('.formula-source').innerText()).toContain('\\rho = \\frac');
    expect(await answer().innerText()).not.toContain('$$');
    expect(await answer().locator('.katex').count()).toBe(0);
    expect(files.filter((url) => /KaTeX|typeset|draw-formula/.test(url))).toEqual([]);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => answer().innerText()).toMatch(/stopped/i);
    await ask({ text });
    await expect.poll(() => answer().locator('.katex').count()).toBe(1);
    expect(await answer().locator('math mfrac').count()).toBe(1);
    expect(await answer().innerText()).toContain('It costs $5 and $6.');
    await expect.poll(() => files.filter((url) => url.endsWith('.woff2')).length).toBeGreaterThan(0);
    expect(files.filter((url) => new URL(url).host !== new URL(here.server.url).host)).toEqual([]);
    expect(seen.problems).toEqual([]);
  });
});
