import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasChromium, importConversations, signIn } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

/** A conversation as another service exports it, with so many questions and answers. */
function longConversation(title: string, turns: number) {
  const at = (index: number) => new Date(1_700_000_000_000 + index * 1000).toISOString();
  const chat_messages = Array.from({ length: turns }, (_, index) => [
    { uuid: `${title}-q${index}`, sender: 'human', text: `Question ${index}`, created_at: at(index * 2) },
    {
      uuid: `${title}-a${index}`,
      sender: 'assistant',
      text: `Answer ${index}. ${'Some more words of it. '.repeat(index % 17)}`,
      created_at: at(index * 2 + 1),
    },
  ]).flat();
  return { uuid: title, name: title, created_at: at(0), updated_at: at(turns * 2), chat_messages };
}

describe.skipIf(!hasChromium)('scrolling', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1100, height: 700 } });
    page = await signIn(context, here.server.url);
    await importConversations(here.server, [longConversation('Long', 500), longConversation('Short', 20)]);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterAll(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const log = () => page.getByRole('log', { name: 'Conversation' });
  const jumpButton = () => page.getByRole('button', { name: 'Jump to latest' });
  const answerText = () => page.getByRole('article', { name: 'Assistant' }).last().innerText();
  const position = () =>
    log().evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({
      top: scrollTop,
      toEnd: scrollHeight - clientHeight - scrollTop,
    }));
  const open = async (title: string) => {
    await page.getByRole('link', { name: title }).click();
    await page.getByText('Answer', { exact: false }).last().waitFor();
    await expect.poll(async () => (await position()).top).toBeGreaterThan(0);
  };
  const stream = async (script: object) => {
    here.upstream.script(script);
    await composer().fill('Write a lot');
    await composer().press('Enter');
  };
  const stop = async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  };
  const lines = {
    text: Array.from({ length: 2000 }, (_, index) => `Line ${index}.`).join('\n\n'),
    delayMs: 8,
  };

  it('R1: follows the end while an answer grows, until the reader scrolls up in any way', async () => {
    await stream({ ...lines, tokensPerWrite: 3 });
    await expect.poll(answerText).toContain('Line 40.');
    for (let look = 0; look < 5; look += 1) {
      expect((await position()).toEnd).toBeLessThan(2);
      const { top } = await position();
      await expect.poll(async () => (await position()).top).toBeGreaterThan(top);
    }
    const box = await log().boundingBox();
    if (box === null) throw new Error('no log');
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const ways: Record<string, () => Promise<void>> = {
      async wheel() {
        await page.mouse.move(middle.x, middle.y);
        await page.mouse.wheel(0, -1);
      },
      async keys() {
        await log().focus();
        await page.keyboard.press('ArrowUp');
      },
      async scrollbar() {
        // As a drag of it does: nothing but a scroll is told.
        await log().evaluate((element) => (element.scrollTop -= 3));
      },
      async selection() {
        // A drag over the upper edge scrolls by itself.
        await page.mouse.move(middle.x - 200, middle.y);
        await page.mouse.down();
        await page.mouse.move(middle.x, box.y + 5, { steps: 4 });
        await page.mouse.move(middle.x, box.y - 30, { steps: 4 });
        await jumpButton().waitFor();
        await page.mouse.up();
      },
    };
    for (const [way, act] of Object.entries(ways)) {
      await act();
      await jumpButton().waitFor();
      const { top, toEnd } = await position();
      await expect.poll(async () => (await position()).toEnd, { message: way }).toBeGreaterThan(toEnd + 100);
      expect(Math.abs((await position()).top - top), way).toBeLessThanOrEqual(60);
      await jumpButton().click();
      await expect.poll(async () => (await position()).toEnd, { message: way }).toBeLessThan(2);
      // It follows again, for a while.
      const again = await position();
      await expect
        .poll(async () => (await position()).top, { message: way })
        .toBeGreaterThan(again.top + 1500);
    }
    await stop();
  });

  it('R1: lets go at the touch of a finger that moves down', async () => {
    const phone = await here.browser.newContext({ viewport: { width: 390, height: 700 }, hasTouch: true });
    const touched = await signIn(phone, here.server.url);
    here.upstream.script({ ...lines, tokensPerWrite: 3 });
    await touched.getByRole('textbox', { name: 'Message' }).fill('Write a lot');
    await touched.getByRole('button', { name: 'Send', exact: true }).click();
    const answer = touched.getByRole('article', { name: 'Assistant' }).last();
    await expect.poll(() => answer.innerText()).toContain('Line 40.');
    const session = await phone.newCDPSession(touched);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    await touch('touchStart', [{ x: 200, y: 300 }]);
    for (let y = 310; y <= 380; y += 10) await touch('touchMove', [{ x: 200, y }]);
    await touch('touchEnd', []);
    await touched.getByRole('button', { name: 'Jump to latest' }).waitFor();
    await touched.getByRole('button', { name: 'Stop', exact: true }).click();
    await phone.close();
  });

  it('R2: does not move by a pixel over 200 tokens once it was let go', async () => {
    await stream({ tokens: 4000, delayMs: 5 });
    await expect.poll(answerText, { timeout: 20_000 }).toContain('t900');
    await log().hover();
    await page.mouse.wheel(0, -200);
    await jumpButton().waitFor();
    const count = async () => Number(/t(\d+)\s*$/.exec((await answerText()).trim())?.[1] ?? 0);
    await expect
      .poll(async () => {
        const { top } = await position();
        await page.evaluate(() => new Promise(requestAnimationFrame));
        return (await position()).top === top;
      })
      .toBe(true);
    const [{ top }, from] = [await position(), await count()];
    await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(from + 200);
    expect((await position()).top).toBe(top);
    await stop();
  });

  it('R3: shows Jump to latest only away from the end, for the keyboard too, and End takes hold again', async () => {
    await stream({ ...lines, tokensPerWrite: 3 });
    await expect.poll(answerText).toContain('Line 40.');
    expect(await jumpButton().count()).toBe(0);
    await log().focus();
    await page.keyboard.press('PageUp');
    await jumpButton().waitFor();
    await jumpButton().focus();
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await position()).toEnd).toBeLessThan(2);
    expect(await jumpButton().count()).toBe(0);
    await log().focus();
    await page.keyboard.press('PageUp');
    await jumpButton().waitFor();
    await page.keyboard.press('End');
    await expect.poll(() => jumpButton().count()).toBe(0);
    const { top } = await position();
    await expect.poll(async () => (await position()).top).toBeGreaterThan(top + 100);
    expect((await position()).toEnd).toBeLessThan(2);
    await stop();
    await log().hover();
    await page.mouse.wheel(0, -300);
    await jumpButton().waitFor();
    await page.mouse.wheel(0, 2000);
    await expect.poll(() => jumpButton().count()).toBe(0);
  });

  it('R4: opens a conversation at its end without a visible scroll, goes to what is sent, and back to where one was', async () => {
    await page.getByRole('link', { name: 'Short' }).hover();
    // Each frame that is drawn, from the click on.
    await page.evaluate(() => {
      const seen: number[] = [];
      const look = () => {
        const element = document.querySelector('[role=log]');
        if (element?.textContent?.includes('Answer 19.') === true)
          seen.push(element.scrollHeight - element.clientHeight - element.scrollTop);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      Object.assign(globalThis, { seenDistances: seen });
    });
    await open('Short');
    await expect
      .poll(() =>
        page.evaluate(() => (globalThis as unknown as { seenDistances: number[] }).seenDistances.length),
      )
      .toBeGreaterThan(10);
    const distances = await page.evaluate(
      () => (globalThis as unknown as { seenDistances: number[] }).seenDistances,
    );
    expect(Math.max(...distances.slice(1))).toBeLessThan(2);

    await log().hover();
    await page.mouse.wheel(0, -900);
    await jumpButton().waitFor();
    const inView = () =>
      page.evaluate(() => {
        const top = document.querySelector('[role=log]')?.getBoundingClientRect().top ?? 0;
        const articles = [...document.querySelectorAll('article')];
        const first = articles.find((article) => article.getBoundingClientRect().bottom > top);
        return {
          text: first?.textContent?.slice(0, 12),
          offset: (first?.getBoundingClientRect().top ?? 0) - top,
        };
      });
    const before = await inView();
    await expect
      .poll(() => page.evaluate(() => (history.state as { reading?: object } | null)?.reading !== undefined))
      .toBe(true);
    await page.getByRole('button', { name: 'New chat', exact: true }).click();
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
    await page.goBack();
    await expect.poll(async () => (await inView()).text).toBe(before.text);
    expect(Math.abs((await inView()).offset - before.offset)).toBeLessThanOrEqual(1);
    expect(await jumpButton().count()).toBe(1);

    here.upstream.script({ text: 'Here.' });
    await composer().fill('Where are you?');
    await composer().press('Enter');
    await expect.poll(answerText).toContain('Here.');
    await expect.poll(async () => (await position()).toEnd).toBeLessThan(2);
  });

  it('R5: draws the end of a thousand messages, and earlier ones as one comes to them, which moves nothing', async () => {
    await open('Long');
    await expect.poll(() => page.getByRole('article').count()).toBeLessThanOrEqual(30);
    expect((await position()).toEnd).toBeLessThan(2);
    const offsetOf = (text: string) =>
      page
        .locator('article', { hasText: text })
        .first()
        .evaluate((article) => article.getBoundingClientRect().top);
    const first = await page.getByRole('article').first().innerText();
    const anchor = first.split('\n')[0] ?? '';
    expect(anchor).toMatch(/^Question 48\d$/);
    await log().evaluate((element) => (element.scrollTop = 900));
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const before = await offsetOf(anchor);
    const { top } = await position();
    await page
      .getByRole('button', { name: 'Show earlier messages' })
      .evaluate((button) => (button as HTMLElement).click());
    await expect.poll(() => page.getByRole('article').count()).toBe(60);
    expect(Math.abs((await offsetOf(anchor)) - before)).toBeLessThanOrEqual(1);
    expect((await position()).top).toBeGreaterThan(top);
    // And by itself.
    await log().evaluate((element) => (element.scrollTop = 300));
    await expect.poll(() => page.getByRole('article').count()).toBeGreaterThanOrEqual(90);
    await expect.poll(() => page.locator('article', { hasText: 'Question 455' }).count()).toBe(1);
  });
});
