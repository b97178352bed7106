import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, importConversations, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const COUNT = 1500;

/** As Claude exports conversations. */
function makeExport(count: number): object[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(now - index * 3_600_000).toISOString();
    const say = (sender: string, text: string) => ({
      uuid: `${index}-${sender}`,
      sender,
      text,
      created_at: at,
      content: [{ type: 'text', text }],
    });
    return {
      uuid: String(index),
      name: `Conversation ${index}`,
      created_at: at,
      updated_at: at,
      chat_messages: [say('human', `Question ${index}`), say('assistant', `Answer ${index}`)],
    };
  });
}

describe.skipIf(!hasChromium)('a long list of conversations', () => {
  const here = useBrowser({ role: 'user' });

  beforeAll(async () => {
    await importConversations(here.server, makeExport(COUNT));
  });

  const nav = (page: Page) => page.getByRole('navigation', { name: 'Conversations' });
  const scrollToEnd = (page: Page) =>
    nav(page)
      .locator('[data-scrolls]')
      .evaluate((box) => box.scrollTo(0, box.scrollHeight));

  it('loads page by page as it is scrolled, draws only what can be seen, and lets typing be smooth', async () => {
    const page = await signIn(await here.browser.newContext(), here.server.url);
    const seen = watch(page);
    await nav(page).getByRole('link', { name: 'Conversation 0', exact: true }).waitFor();
    // What is seen and a margin of rows; how many of them differs with the hour, for days are groups of their own.
    expect(await nav(page).getByRole('link').count()).toBeLessThan(100);
    const last = nav(page).getByRole('link', { name: `Conversation ${COUNT - 1}`, exact: true });
    for (let turn = 0; turn < 100 && (await last.count()) === 0; turn++) {
      await scrollToEnd(page);
      await page.waitForTimeout(50);
    }
    await expect.poll(() => last.count()).toBe(1);
    expect(await nav(page).getByRole('link').count()).toBeLessThan(250);
    const slowestMs = await page.evaluate(async () => {
      const area = document.querySelector<HTMLTextAreaElement>('#composer');
      const delays: number[] = [];
      area?.focus();
      for (let index = 0; index < 30; index++) {
        const began = performance.now();
        document.execCommand('insertText', false, 'x');
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        delays.push(performance.now() - began);
      }
      return delays.toSorted((a, b) => a - b)[27] ?? Infinity;
    });
    expect(slowestMs).toBeLessThan(100);
    await last.click();
    await page.getByText(`Answer ${COUNT - 1}`).waitFor();
    expect(seen.problems).toEqual([]);
    await page.context().close();
  });

  it('says in place that the server is away, keeps what is there, and goes on when asked to', async () => {
    const page = await signIn(await here.browser.newContext(), here.server.url);
    const first = nav(page).getByRole('link', { name: 'Conversation 0', exact: true });
    await first.waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('A draft that must not be lost');
    await page.route('**/api/conversations**', (route) => route.abort());
    const alert = nav(page).getByRole('alert');
    for (let turn = 0; turn < 50 && (await alert.count()) === 0; turn++) {
      await scrollToEnd(page);
      await page.waitForTimeout(100);
    }
    await expect.poll(() => alert.innerText()).toContain('The others could not be loaded.');
    await page.getByRole('searchbox').fill('Answer');
    await expect.poll(() => alert.innerText(), { timeout: 5000 }).toContain('could not be loaded');
    await page.unroute('**/api/conversations**');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await nav(page).locator('mark').first().waitFor();
    await scrollToEnd(page);
    await page.getByRole('searchbox').fill('');
    await first.waitFor({ state: 'attached' });
    expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toContain('must not be lost');
    await page.context().close();
  });

  it('keeps one draft per conversation', async () => {
    const page = await signIn(await here.browser.newContext(), here.server.url);
    const composer = page.getByRole('textbox', { name: 'Message' });
    await composer.fill('Of the new chat');
    for (const index of [0, 1]) {
      await nav(page)
        .getByRole('link', { name: `Conversation ${index}`, exact: true })
        .click();
      await page.getByText(`Answer ${index}`).waitFor();
      expect(await composer.inputValue()).toBe('');
      await composer.fill(`Of conversation ${index}`);
    }
    await page.reload();
    await expect.poll(() => composer.inputValue()).toBe('Of conversation 1');
    await nav(page).getByRole('link', { name: 'Conversation 0', exact: true }).click();
    await expect.poll(() => composer.inputValue()).toBe('Of conversation 0');
    await page.getByRole('button', { name: 'New chat' }).click();
    await expect.poll(() => composer.inputValue()).toBe('Of the new chat');
    await page.context().close();
  });
});
