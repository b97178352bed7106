import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('the composer', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1100, height: 800 } });
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterEach(() => expect(seen.problems).toEqual([]));
  afterAll(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answerText = () => page.getByRole('article', { name: 'Assistant' }).last().innerText();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const hasFocus = () => composer().evaluate((element) => element === document.activeElement);
  const ask = async (text: string, answer: string) => {
    here.upstream.script({ text: answer });
    await composer().fill(text);
    await composer().press('Enter');
    await expect.poll(answerText).toContain(answer.split('\n').at(-1));
    await button('Send').waitFor();
  };

  it('C3: grows from one line to eight, then scrolls, and moves the page by no more than it grows', async () => {
    await ask('Something above', Array.from({ length: 60 }, (_, line) => `Line ${line}`).join('\n\n'));
    const measure = () =>
      page.evaluate(() => {
        const area = document.getElementById('composer');
        const log = document.querySelector('[role=log]');
        if (area === null || log === null) throw new Error('no composer');
        const { height, bottom } = area.getBoundingClientRect();
        const lineHeight = parseFloat(getComputedStyle(area).lineHeight);
        return {
          height,
          bottom,
          lineHeight,
          logHeight: log.clientHeight,
          isScrolling: area.scrollHeight > height + 1,
        };
      });
    const one = await measure();
    expect(one.height).toBeLessThan(one.lineHeight * 2);
    let last = one;
    for (let lines = 2; lines <= 8; lines += 1) {
      await composer().press('Shift+Enter');
      await composer().pressSequentially(`${lines}`);
      const now = await measure();
      expect(now.height - last.height).toBeCloseTo(one.lineHeight, 0);
      expect(last.logHeight - now.logHeight).toBeLessThanOrEqual(Math.ceil(now.height - last.height));
      expect(now.bottom).toBeCloseTo(one.bottom, 0);
      last = now;
    }
    expect(last.isScrolling).toBe(false);
    for (let lines = 9; lines <= 14; lines += 1) await composer().press('Shift+Enter');
    const full = await measure();
    expect(full.isScrolling).toBe(true);
    expect(full.height - last.height).toBeLessThan(one.lineHeight);
    await composer().fill('');
  });

  it('C4: has the keyboard on load, after Send, in another conversation, and when one types elsewhere', async () => {
    expect(await hasFocus()).toBe(true);
    await ask('Keyboard first', 'Yes.');
    expect(await hasFocus()).toBe(true);
    await button('New chat').click();
    await expect.poll(hasFocus).toBe(true);
    await page.getByRole('link', { name: 'Keyboard first' }).click();
    await expect.poll(answerText).toContain('Yes.');
    await expect.poll(hasFocus).toBe(true);
    await page.getByRole('log').focus();
    expect(await hasFocus()).toBe(false);
    await page.keyboard.type('typed anywhere');
    expect(await composer().inputValue()).toBe('typed anywhere');
    await composer().fill('');

    const phone = await here.browser.newContext({
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      isMobile: true,
    });
    const touched = await signIn(phone, here.server.url);
    const field = touched.getByRole('textbox', { name: 'Message' });
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(false);
    await field.fill('one');
    await field.press('Enter');
    expect(await field.inputValue()).toBe('one\n');
    await phone.close();
  });

  it('C5: has Stop in the place and size of Send, and keeps what is drafted meanwhile', async () => {
    const before = await button('Send').boundingBox();
    here.upstream.script({ tokens: 1000, delayMs: 10 });
    await composer().fill('Count');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('t3');
    expect(await button('Stop').boundingBox()).toEqual(before);
    await composer().pressSequentially('My next question');
    // Neither sends nor is lost.
    await composer().press('Enter');
    expect(await composer().inputValue()).toBe('My next question');
    expect(here.upstream.stats.requests).toBe(1);
    await page.getByRole('log').focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await button('Send').waitFor();
    expect(await composer().inputValue()).toBe('My next question');
    await composer().fill('');
  });

  it('C6: takes the cursor away within 100 ms of Stop, aborts the upstream call, and keeps the partial text as stopped', async () => {
    here.upstream.script({ tokens: 1000, delayMs: 10 });
    await composer().fill('Count on');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('t9');
    const goneAfterMs = await button('Stop').evaluate(async (stop) => {
      const answer = document.querySelector('[data-stream="streaming"]');
      if (answer?.hasAttribute('data-flowing') !== true) throw new Error('no text flows');
      const { promise, resolve } = Promise.withResolvers<number>();
      const startedAtMs = performance.now();
      new MutationObserver(() => {
        if (!answer.hasAttribute('data-flowing')) resolve(performance.now() - startedAtMs);
      }).observe(answer, { attributes: true });
      (stop as HTMLElement).click();
      return promise;
    });
    expect(goneAfterMs).toBeLessThan(100);
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await expect.poll(answerText).toMatch(/Stopped · connection closed in \d+ ms/);
    const status = page.getByRole('status', { name: 'Status' });
    expect(await status.innerText()).toMatch(/^Stopped · connection closed in \d+ ms$/);
    await page.reload();
    await expect.poll(answerText).toMatch(/t0 t1 t2 t3[^]*Stopped/);
  });

  it('C7: keeps a draft over a reload and in each conversation', async () => {
    await ask('The first conversation', 'Yes.');
    await composer().fill('a draft in the first');
    await button('New chat').click();
    await expect.poll(() => composer().inputValue()).toBe('');
    await composer().fill('a draft in none');
    await page.getByRole('link', { name: 'The first conversation' }).click();
    await expect.poll(() => composer().inputValue()).toBe('a draft in the first');
    await page.reload();
    await expect.poll(() => composer().inputValue()).toBe('a draft in the first');
    await button('New chat').click();
    await expect.poll(() => composer().inputValue()).toBe('a draft in none');
    await composer().fill('');
  });

  it('C8: edits the last prompt on an arrow up in an empty composer, and sends on Ctrl+Enter', async () => {
    await ask('What is an oka?', 'A unit of mass.');
    await composer().press('ArrowUp');
    const editor = page.getByRole('textbox', { name: 'Edit prompt' });
    expect(await editor.inputValue()).toBe('What is an oka?');
    await editor.press('Escape');
    await expect.poll(hasFocus).toBe(true);
    await composer().press('ArrowUp');
    here.upstream.script({ text: 'A tree.' });
    await editor.fill('What is an oak?');
    await editor.press('Control+Enter');
    await expect.poll(answerText).toContain('A tree.');
    await button('Send').waitFor();
    here.upstream.script({ text: 'You are welcome.' });
    await composer().fill('Thanks');
    await composer().press('ArrowUp');
    expect(await editor.count()).toBe(0);
    await composer().press('Control+Enter');
    await expect.poll(answerText).toContain('You are welcome.');
  });
});
