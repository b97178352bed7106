import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Watch, hasChromium, importConversations, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const COUNT = 120;

/** As Claude exports a conversation: long, and one word in an early answer only. */
function makeExport(): object[] {
  const at = (index: number) => new Date(Date.now() - 86_400_000 + index * 1000).toISOString();
  const say = (index: number, text: string) => ({
    uuid: String(index),
    sender: index % 2 === 0 ? 'human' : 'assistant',
    text,
    created_at: at(index),
    content: [{ type: 'text', text }],
  });
  const messages = Array.from({ length: COUNT }, (_, index) =>
    say(
      index,
      index === 21 ? 'Of a **pangolin**, once only.' : `Message ${index}. ${'And so on. '.repeat(30)}`,
    ),
  );
  return [
    { uuid: 'long', name: 'A long one', created_at: at(0), updated_at: at(COUNT), chat_messages: messages },
  ];
}

describe.skipIf(!hasChromium)('what a search found', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    await importConversations(here.server, makeExport());
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  afterEach(() => expect(seen.problems).toEqual([]));

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answers = () => page.getByRole('article', { name: 'Assistant' });
  const prompts = () => page.getByRole('article', { name: 'You' });
  const nav = () => page.getByRole('navigation', { name: 'Conversations' });
  const found = () => nav().getByRole('list', { name: 'Found' }).getByRole('link');
  const searchbox = () => page.getByRole('searchbox', { name: 'Search conversations' });
  const search = async (word: string) => {
    await searchbox().fill(word);
    await expect.poll(() => found().locator('mark').allInnerTexts()).toEqual([word]);
  };
  /** How far the top of what was found is below the log's; what is above or below the view is not in it. */
  const placeOf = (text: string) =>
    answers()
      .filter({ hasText: text })
      .evaluate((article) => {
        const log = article.closest('[role=log]')!.getBoundingClientRect();
        const { top } = article.getBoundingClientRect();
        return top - log.top < log.height ? Math.round(top - log.top) : Infinity;
      });
  const expectShown = async (text: string) => {
    await expect.poll(() => answers().filter({ hasText: text }).count()).toBe(1);
    await expect.poll(() => placeOf(text)).toBeLessThan(400);
    expect(await placeOf(text)).toBeGreaterThanOrEqual(0);
  };
  /** Where there is enough below it, it stands at the top, and stays there while what is above it finds its height. */
  const expectAtTop = async (text: string) => {
    await expectShown(text);
    await page.waitForTimeout(300);
    expect(await placeOf(text)).toBeLessThan(40);
  };
  const scrollToEnd = () =>
    page.getByRole('log').evaluate((log) => {
      log.scrollTop = log.scrollHeight;
    });

  it('is shown far above in a long conversation, marked, with the keyboard on it, and again when asked for again', async () => {
    await search('pangolin');
    expect(await found().innerText()).toContain('Of a pangolin, once only.');
    await found().click();
    await expectAtTop('Of a pangolin');
    const article = answers().filter({ hasText: 'Of a pangolin' });
    expect(await article.getAttribute('data-found')).toBe('');
    expect(await article.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect.poll(() => article.getAttribute('data-found'), { timeout: 5000 }).toBeNull();
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor();

    await scrollToEnd();
    await expect.poll(() => placeOf('Of a pangolin')).toBeLessThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await found().click();
    await expectAtTop('Of a pangolin');
    // Marked as long, without fading.
    const motion = await article.evaluate((element) => {
      const { animationDuration, animationTimingFunction } = getComputedStyle(element);
      return [animationDuration, animationTimingFunction];
    });
    expect(motion).toEqual(['2.5s', 'steps(1)']);
    await page.emulateMedia({ reducedMotion: null });

    await scrollToEnd();
    await page.goto(`${page.url().split('#')[0]}#account`);
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await placeOf('Of a pangolin')).toBeLessThan(0);

    await page.keyboard.press('x');
    expect(await composer().inputValue()).toBe('x');
    await composer().fill('');
  });

  it('is shown in an older branch, and again after going back and after a reload', async () => {
    await searchbox().fill('');
    await page.getByRole('button', { name: 'New chat' }).click();
    const ask = async (answer: string, begin: () => Promise<void>) => {
      here.upstream.script({ text: answer });
      await begin();
      await expect.poll(() => answers().last().innerText()).toContain(answer);
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    };
    const send = (text: string) => async () => {
      await composer().fill(text);
      await composer().press('Enter');
    };
    await ask('An axolotl swims.', send('Which animal?'));
    await ask('Of course.', send('Truly?'));
    await ask('A tulip grows.', async () => {
      await prompts().first().hover();
      await prompts().first().getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('textbox', { name: 'Edit prompt' }).fill('Which plant?');
      await page.keyboard.press('Enter');
    });
    expect(await answers().count()).toBe(1);

    await search('axolotl');
    await found().focus();
    await page.keyboard.press('Enter');
    await expectShown('An axolotl swims.');
    expect(await answers().count()).toBe(2);

    await search('pangolin');
    await found().click();
    await expectAtTop('Of a pangolin');
    await page.goBack();
    await expectShown('An axolotl swims.');
    await page.reload();
    await expectShown('An axolotl swims.');

    await prompts().first().hover();
    await prompts().first().getByRole('button', { name: 'Next version' }).click();
    await expect.poll(() => answers().last().innerText()).toContain('A tulip grows.');
    await page.reload();
    await expect.poll(() => answers().last().innerText()).toContain('A tulip grows.');
  });
});
