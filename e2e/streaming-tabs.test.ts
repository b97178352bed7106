import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, signIn } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const TABS = 8;

const composer = (tab: Page) => tab.getByRole('textbox', { name: 'Message' });
const answerText = (tab: Page) => tab.getByRole('article', { name: 'Assistant' }).last().innerText();
const status = (tab: Page) => tab.getByRole('status', { name: 'Status' });
const ask = async (tab: Page, text: string) => {
  await composer(tab).fill(text);
  await composer(tab).press('Enter');
};
/** The last number that the fake upstream has counted to, as far as a tab shows it. */
const progress = async (tab: Page) => Number(/t(\d+)\s*$/.exec(await answerText(tab))?.[1] ?? -1);

/** @returns when, epoch ms by the page's own clock: what drives the browser waits for frames of all its tabs first */
const pressStop = (tab: Page) =>
  tab.getByRole('button', { name: 'Stop', exact: true }).evaluate((button) => {
    const nowMs = performance.timeOrigin + performance.now();
    (button as HTMLElement).click();
    return nowMs;
  });

describe.skipIf(!hasChromium)('streams in many tabs', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  const tabs: Page[] = [];

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 900, height: 600 } });
    tabs.push(await signIn(context, here.server.url));
  });
  afterEach(async () => {
    await Promise.all(tabs.splice(1).map((tab) => tab.close()));
    expect(here.upstream.stats.active).toBe(0);
  });
  afterAll(() => context.close());

  const openTabs = async (count: number) => {
    while (tabs.length < count) {
      const tab = await context.newPage();
      await tab.goto(here.server.url);
      await composer(tab).waitFor();
      tabs.push(tab);
    }
  };

  it('S9: goes on in eight tabs over six connections, and Stop in each closes its upstream within 500 ms', async () => {
    here.upstream.script({ tokens: 4000, delayMs: 25 });
    await openTabs(TABS);
    for (const [index, tab] of tabs.entries()) await ask(tab, `Count in tab ${index}`);
    await expect.poll(() => here.upstream.stats.active, { timeout: 10_000 }).toBe(TABS);
    await Promise.all(
      tabs.map((tab) => expect.poll(() => progress(tab), { timeout: 10_000 }).toBeGreaterThan(5)),
    );
    // Each goes on, more than once.
    for (let round = 0; round < 2; round += 1) {
      const before = await Promise.all(tabs.map(progress));
      await Promise.all(
        tabs.map((tab, index) =>
          expect.poll(() => progress(tab), { timeout: 8000 }).toBeGreaterThan((before[index] ?? 0) + 20),
        ),
      );
    }
    for (const tab of tabs) expect(await status(tab).innerText()).toBe('Generating');
    for (const [index, tab] of tabs.entries()) {
      const askedAtMs = await pressStop(tab);
      await expect.poll(() => here.upstream.stats.aborted, { interval: 5 }).toBe(index + 1);
      const closedAtMs = here.upstream.stats.abortTimes.at(-1)?.atMs ?? Infinity;
      expect(closedAtMs - askedAtMs).toBeLessThan(500);
      await expect.poll(() => status(tab).innerText()).toMatch(/^Stopped · connection closed in \d+ ms$/);
    }
    // What the page shows of a run that took turns is what the server has of it.
    const wholeText = (tab: Page) => tab.locator('article .prose').last().textContent();
    for (const tab of tabs) {
      const shown = await wholeText(tab);
      await tab.reload();
      await expect.poll(() => wholeText(tab), { timeout: 20_000 }).toBe(shown);
    }
  });

  it('S9: shows in a second tab within a second what is asked in the first, and signs out in both', async () => {
    const pair = await here.browser.newContext({ viewport: { width: 1100, height: 700 } });
    const first = await signIn(pair, here.server.url);
    here.upstream.script({ text: 'The beginning.' });
    await ask(first, 'Begin');
    await expect.poll(() => answerText(first)).toContain('The beginning.');
    await first.getByRole('button', { name: 'Send', exact: true }).waitFor();
    const second = await pair.newPage();
    await second.goto(first.url());
    await expect.poll(() => answerText(second)).toContain('The beginning.');
    here.upstream.script({ tokens: 200, delayMs: 20 });
    await ask(first, 'And on');
    await expect.poll(() => progress(first)).toBeGreaterThan(0);
    await expect.poll(() => progress(second), { timeout: 1000 }).toBeGreaterThan(0);
    const early = await progress(second);
    await expect.poll(() => progress(second)).toBeGreaterThan(early + 10);
    await first.getByRole('button', { name: 'Stop', exact: true }).click();
    await second.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await first.getByRole('button', { name: 'Sign out' }).first().click();
    await second.getByRole('form', { name: 'Sign in' }).waitFor({ timeout: 5000 });
    await pair.close();
  });

  it('S9: stops an answer although six tabs hold all connections, where the browser has no locks to count them', async () => {
    const plain = await here.browser.newContext({ viewport: { width: 900, height: 600 } });
    // As on a plain http address in the local network.
    await plain.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
    const pages = [await signIn(plain, here.server.url)];
    while (pages.length < 6) {
      const tab = await plain.newPage();
      await tab.goto(here.server.url);
      await composer(tab).waitFor();
      pages.push(tab);
    }
    here.upstream.script({ tokens: 4000, delayMs: 25 });
    for (const tab of pages) await ask(tab, 'Count');
    await Promise.all(
      pages.map((tab) => expect.poll(() => progress(tab), { timeout: 10_000 }).toBeGreaterThan(5)),
    );
    for (const [index, tab] of pages.entries()) {
      const askedAtMs = await pressStop(tab);
      await expect.poll(() => here.upstream.stats.aborted, { interval: 5 }).toBe(index + 1);
      expect((here.upstream.stats.abortTimes.at(-1)?.atMs ?? Infinity) - askedAtMs).toBeLessThan(500);
      await expect.poll(() => status(tab).innerText()).toMatch(/^Stopped · connection closed in \d+ ms$/);
    }
    await plain.close();
  });

  it('S9: stops at once an answer that is followed, although other streams hold the connections it waits for', async () => {
    const context = await here.browser.newContext({ viewport: { width: 900, height: 600 } });
    const page = await signIn(context, here.server.url);
    here.upstream.script({ tokens: 4000, delayMs: 25 });
    await ask(page, 'Count');
    await expect.poll(() => progress(page)).toBeGreaterThan(5);
    // Four tabs that the system has put to sleep.
    const asleep = await context.newPage();
    await asleep.goto(`${here.server.url}/favicon.svg`);
    await asleep.evaluate(() => {
      const hold = () => new Promise(() => undefined);
      for (const index of [0, 1, 2, 3])
        void navigator.locks.request(`sluice.stream.${index}`, { steal: true }, hold);
    });
    await page.reload();
    await expect.poll(() => status(page).innerText()).toContain('Queued: waiting for a free connection…');
    const { aborted } = here.upstream.stats;
    const askedAtMs = await pressStop(page);
    await expect.poll(() => here.upstream.stats.aborted, { interval: 5 }).toBe(aborted + 1);
    expect((here.upstream.stats.abortTimes.at(-1)?.atMs ?? Infinity) - askedAtMs).toBeLessThan(500);
    await expect.poll(() => status(page).innerText()).toMatch(/^Stopped · connection closed in \d+ ms$/);
    await context.close();
  });
});
