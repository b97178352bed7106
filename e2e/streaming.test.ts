import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeModelsConfig } from '../packages/server/test/_support/write-models-config.ts';
import { hasChromium, signIn } from './_support/browser.ts';
import { recordStatus } from './_support/record-status.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('the stream made visible', () => {
  const here = useBrowser({ role: 'user' }, (upstream) => ({
    ANTHROPIC_API_KEY: 'sk-ant-canary',
    ANTHROPIC_BASE_URL: upstream.url,
    SLUICE_CONFIG: writeModelsConfig({
      defaultModel: 'anthropic/first',
      models: {
        'anthropic/first': { name: 'First Model', fallbacks: ['anthropic/second'] },
        'anthropic/second': { name: 'Second Model' },
      },
    }),
  }));
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1100, height: 800 } });
    page = await signIn(context, here.server.url);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterAll(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answer = () => page.getByRole('article', { name: 'Assistant' }).last();
  const status = () => page.getByRole('status', { name: 'Status' });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const ask = async (text: string) => {
    await composer().fill(text);
    await composer().press('Enter');
  };

  it('S1: shows the prompt at once, before any reply of the network, and counts the seconds it waits', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/api/**', async (route) => {
      await released;
      await route.continue();
    });
    here.upstream.script({ text: 'At last.' });
    await composer().fill('Held back');
    const shownAfterMs = await page.evaluate(async () => {
      const log = document.querySelector('[role=log]');
      const area = document.getElementById('composer');
      if (log === null || area === null) throw new Error('no page');
      const { promise, resolve } = Promise.withResolvers<number>();
      const startedAtMs = performance.now();
      const look = () => {
        if (log.querySelector('article')?.textContent?.includes('Held back') === true)
          resolve(performance.now() - startedAtMs);
      };
      new MutationObserver(look).observe(log, { subtree: true, childList: true });
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      return promise;
    });
    expect(shownAfterMs).toBeLessThan(50);
    expect(await composer().inputValue()).toBe('');
    expect(await status().innerText()).toMatch(/^Waiting for First Model…/);
    await expect.poll(() => status().innerText()).toMatch(/^Waiting for First Model… ?\s*[12] s$/);
    expect(here.upstream.stats.requests).toBe(0);
    release();
    await expect.poll(() => answer().innerText()).toContain('At last.');
    await page.unrouteAll();
  });

  it('S2: says that it thinks, that it tries again and for which time, and that another model takes over', async () => {
    const said = await recordStatus(page);
    const busy = { status: 529, errorKind: 'overloaded_error' };
    here.upstream.next(busy, busy, busy, {
      firstDelayMs: 300,
      reasoning: 'Let me think of it. '.repeat(4),
      reasoningDelayMs: 15,
      text: 'Yes.',
    });
    await ask('Anyone?');
    await expect.poll(() => answer().innerText(), { timeout: 10_000 }).toContain('Yes.');
    await expect.poll(async () => (await said()).at(-1)).toMatch(/^Answer complete/);
    const texts = (await said()).filter((text) => !text.startsWith('Generating'));
    expect(texts).toEqual([
      'Waiting for First Model…',
      expect.stringMatching(/^Retrying: attempt 2\/3 in \d+ ms$/),
      expect.stringMatching(/^Retrying: attempt 3\/3 in (\d+ ms|[\d.]+ s)$/),
      'First Model is not available. Falling back to Second Model…',
      'Thinking…',
      'Answer complete',
    ]);
    // And the answer itself says it, too.
    await expect.poll(() => answer().locator('footer').innerText()).toContain('First Model → Second Model');
  });

  it('S2: says that a question is queued while other tabs hold the connections, and goes on without one that sleeps', async () => {
    const other = await context.newPage();
    await other.goto(`${here.server.url}/assets/`);
    await other.evaluate(() => {
      for (const slot of [0, 1, 2, 3])
        void navigator.locks.request(`sluice.stream.${slot}`, () => new Promise(() => undefined));
    });
    here.upstream.script({ text: 'Here you are.' });
    await ask('Is there room?');
    await expect.poll(() => status().innerText()).toMatch(/^Queued: waiting for a free connection/);
    expect(here.upstream.stats.requests).toBe(0);
    await expect.poll(() => answer().innerText(), { timeout: 10_000 }).toContain('Here you are.');
    await other.close();
  });

  it('S3: keeps the reasoning in a closed box that grows while it is open, tells no one of it, and says how long it took', async () => {
    const thought = Array.from({ length: 60 }, (_, index) => `Thought number ${index}.`).join(' ');
    here.upstream.script({ reasoning: thought, reasoningDelayMs: 6, text: 'The conclusion.' });
    const said = await recordStatus(page);
    await ask('Think about it');
    const box = answer().locator('details');
    await expect.poll(() => box.locator('summary').innerText()).toContain('Thinking…');
    expect(await box.evaluate((details) => (details as HTMLDetailsElement).open)).toBe(false);
    await box.locator('summary').click();
    await expect.poll(() => box.locator('p').innerText()).toContain('Thought number 3.');
    const early = (await box.locator('p').innerText()).length;
    await expect.poll(async () => (await box.locator('p').innerText()).length).toBeGreaterThan(early + 50);
    await expect
      .poll(() => box.locator('summary').innerText(), { timeout: 15_000 })
      .toMatch(/^Thought for \d+ s/);
    expect(await box.evaluate((details) => (details as HTMLDetailsElement).open)).toBe(true);
    await expect.poll(() => answer().innerText()).toContain('The conclusion.');
    expect((await said()).join()).not.toContain('Thought number');
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off');
    await button('Send').waitFor();
  });

  it('S4: draws a cursor only while text flows, and one that does not move where motion is not wanted', async () => {
    const cursor = () =>
      answer().evaluate((article) => {
        const ends = [...article.querySelectorAll('.prose *')].map((element) =>
          getComputedStyle(element, '::after'),
        );
        const shown = ends.filter(({ content, width }) => content === '""' && width !== 'auto');
        const pulses = article.querySelectorAll('.pulse').length;
        return {
          bars: shown.length,
          pulses,
          moves: shown.some(({ animationName }) => animationName !== 'none'),
        };
      });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    here.upstream.script({ tokens: 1000, delayMs: 10 });
    await ask('Flow');
    await expect.poll(() => answer().innerText()).toContain('t5');
    expect(await cursor()).toEqual({ bars: 1, pulses: 0, moves: false });
    await button('Stop').click();
    await expect.poll(cursor).toEqual({ bars: 0, pulses: 0, moves: false });
    await button('Send').waitFor();
    expect(await cursor()).toEqual({ bars: 0, pulses: 0, moves: false });
    for (const script of [{ text: 'Done.' }, { tokens: 20, end: 'truncate', after: 9 } as const]) {
      here.upstream.script(script);
      await ask('Once more');
      await button('Send').waitFor();
      await expect.poll(cursor).toEqual({ bars: 0, pulses: 0, moves: false });
    }
    here.upstream.script({ hang: 'first' });
    await ask('Wait');
    await expect.poll(async () => (await cursor()).pulses).toBe(1);
    const duration = await answer()
      .locator('.pulse')
      .evaluate((pulse) => getComputedStyle(pulse).animationDuration);
    expect(duration).toBe('0s');
    await button('Stop').click();
    await page.emulateMedia({ reducedMotion: null });
  });

  it('S10: goes on in a hidden tab, marks its title when the answer is there, and takes the mark away when it is looked at', async () => {
    here.upstream.script({ tokens: 120, delayMs: 10 });
    await ask('While I am away');
    await expect.poll(() => answer().innerText()).toContain('t3');
    await page.evaluate(() => {
      // As in a hidden tab: no frames.
      window.requestAnimationFrame = () => 0;
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    });
    await expect.poll(() => page.title(), { timeout: 10_000 }).toMatch(/^● /);
    expect(await answer().innerText()).toContain('t119');
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    });
    await expect.poll(() => page.title()).not.toContain('●');
  });
});
