import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, account, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

it.runIf(process.env['CI'] === 'true')('has a Chromium to test with', () => {
  expect(hasChromium).toBe(true);
});

describe.skipIf(!hasChromium)('the page in Chromium', () => {
  const here = useBrowser({ role: 'admin' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeEach(async () => {
    context = await here.browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  afterEach(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answers = () => page.getByRole('article', { name: 'Assistant' });
  const prompts = () => page.getByRole('article', { name: 'You' });
  const stopButton = () => page.getByRole('button', { name: 'Stop', exact: true });
  const sendButton = () => page.getByRole('button', { name: 'Send', exact: true });
  const ask = async (text: string) => {
    await composer().fill(text);
    await composer().press('Enter');
  };
  const answerText = () => answers().last().innerText();

  it('streams an answer: text grows, Stop closes the upstream call, the partial answer stays, a second question works', async () => {
    here.upstream.script({ tokens: 400, delayMs: 15 });
    await ask('Count for me');
    await expect.poll(() => prompts().last().innerText()).toContain('Count for me');
    await expect.poll(answerText).toContain('t3');
    const early = (await answerText()).length;
    await expect.poll(async () => (await answerText()).length).toBeGreaterThan(early + 20);
    await stopButton().click();
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await expect.poll(() => page.getByRole('status', { name: 'Status' }).innerText()).toMatch(/stopped/i);
    const kept = await answerText();
    expect(kept).toContain('t0 t1 t2 t3');
    expect(kept).toMatch(/stopped/i);

    here.upstream.script({ text: 'A second answer.' });
    await ask('And again');
    await expect.poll(() => answers().count()).toBe(2);
    await expect.poll(answerText).toContain('A second answer.');
    await expect.poll(() => sendButton().isVisible()).toBe(true);
    const sent = JSON.stringify(here.upstream.lastReceived.body);
    for (const part of ['Count for me', 't0 t1 t2', 'And again']) expect(sent).toContain(part);
    expect(seen.problems).toEqual([]);
    expect([...seen.hosts]).toEqual([new URL(here.server.url).host]);
  });

  it('S2: shows an answer as finished while its connection lingers, and queues the next question until its end', async () => {
    here.upstream.script({ text: 'All is said.', end: 'open' });
    await ask('Say it all');
    await expect
      .poll(() => page.getByRole('status', { name: 'Status' }).innerText())
      .toMatch(/^Answer complete/);
    expect(await stopButton().count()).toBe(0);
    expect(here.upstream.stats.active).toBe(1);
    here.upstream.script({ text: 'And more.' });
    await ask('Say more');
    expect(await composer().inputValue()).toBe('');
    await expect
      .poll(() => page.getByRole('status', { name: 'Status' }).innerText(), { interval: 20 })
      .toMatch(/^Queued: the last answer is being completed/);
    // The server waits up to two seconds for what may follow an answer.
    await expect.poll(answerText, { timeout: 5000 }).toContain('And more.');
    expect(JSON.stringify(here.upstream.lastReceived.body)).toContain('All is said.');
    await page.reload();
    await expect.poll(() => answers().count()).toBe(2);
    expect(await prompts().allInnerTexts()).toEqual([
      expect.stringContaining('Say it all'),
      expect.stringContaining('Say more'),
    ]);
    await expect.poll(() => answers().first().innerText()).toMatch(/All is said\.[^]* in, [^]* out/);
    expect(seen.problems).toEqual([]);
  });

  it('C5: stops with Esc, before the first token too', async () => {
    here.upstream.script({ hang: 'first' });
    await ask('Think hard');
    await expect.poll(() => here.upstream.stats.active).toBe(1);
    await expect.poll(() => page.getByRole('status', { name: 'Status' }).innerText()).toMatch(/waiting/i);
    // In another field Esc means something else.
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('words');
    await page.keyboard.press('Escape');
    expect(here.upstream.stats).toMatchObject({ active: 1, aborted: 0 });
    expect(await stopButton().count()).toBe(1);
    await composer().press('Escape');
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await expect.poll(() => sendButton().isVisible()).toBe(true);
  });

  it('C5: stops with Esc after Regenerate too, and leaves the keyboard in the composer', async () => {
    here.upstream.script({ text: 'First.' });
    await ask('Again, please');
    await expect.poll(answerText).toContain('First.');
    here.upstream.script({ tokens: 400, delayMs: 15 });
    await answers().last().getByRole('button', { name: 'Regenerate' }).click();
    await expect.poll(answerText).toContain('t3');
    expect(await composer().evaluate((element) => element === document.activeElement)).toBe(true);
    // Even where the keyboard has been taken from everything.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Escape');
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
  });

  it('does not say that it stopped while no stop reaches the server, and stops when asked again', async () => {
    here.upstream.script({ tokens: 1500, delayMs: 15 });
    await page.route('**/api/runs/*/stop', (route) => route.abort('failed'), { times: 5 });
    await ask('Count on');
    await expect.poll(answerText).toContain('t3');
    await stopButton().click();
    const status = page.getByRole('status', { name: 'Status' });
    await expect.poll(() => status.innerText(), { timeout: 10_000 }).toMatch(/not stopped.*not be reached/i);
    const then = (await answerText()).length;
    await expect.poll(async () => (await answerText()).length).toBeGreaterThan(then + 20);
    expect(here.upstream.stats).toMatchObject({ active: 1, aborted: 0 });
    await stopButton().click();
    await expect.poll(() => here.upstream.stats).toMatchObject({ active: 0, aborted: 1 });
    await expect.poll(() => status.innerText()).toMatch(/^stopped/i);
  });

  it('C1: breaks the line on Shift+Enter, and never sends a blank draft', async () => {
    await composer().press('Enter');
    await composer().fill('   ');
    await composer().press('Enter');
    expect(here.upstream.stats.requests).toBe(0);
    await composer().fill('one');
    await composer().press('Shift+Enter');
    await composer().pressSequentially('two');
    expect(await composer().inputValue()).toBe('one\ntwo');
    await composer().press('Enter');
    await expect.poll(() => here.upstream.stats.requests).toBe(1);
    await expect.poll(() => composer().inputValue()).toBe('');
  });

  it('C2: does not send while an input method composes', async () => {
    await composer().fill('にほん');
    for (const init of [
      { key: 'Enter', isComposing: true },
      { key: 'Enter', keyCode: 229 },
    ]) {
      await composer().dispatchEvent('keydown', { ...init, bubbles: true, cancelable: true });
    }
    await page.waitForTimeout(200);
    expect(here.upstream.stats.requests).toBe(0);
    expect(await composer().inputValue()).toBe('にほん');
  });

  it('C10: makes one request of a double Enter, and of a double click on Send', async () => {
    here.upstream.script({ tokens: 30, delayMs: 10 });
    await composer().fill('Once');
    await Promise.all([composer().press('Enter'), composer().press('Enter')]);
    await expect.poll(answerText).toContain('t29');
    expect(here.upstream.stats.requests).toBe(1);
    expect(await prompts().count()).toBe(1);
    await sendButton().waitFor();
    await composer().fill('Clicked twice');
    await sendButton().dblclick();
    await expect.poll(() => answers().count()).toBe(2);
    await expect.poll(answerText).toContain('t29');
    expect(here.upstream.stats).toMatchObject({ requests: 2, aborted: 0 });
    expect(await prompts().count()).toBe(2);
  });

  it.each([
    ['Claude Sonnet 5.5', 'anthropic/'],
    ['GPT-4.1', 'openai/'],
  ])('shows exactly what %s wrote, however its bytes were cut', async (name, provider) => {
    const code = Array.from(
      { length: 220 },
      (_, line) => `const 変数${line} = "😀 <b>&amp;${line}</b>"; // ${'x'.repeat(10)}`,
    ).join('\n');
    const prose = 'Grüße 👩‍👩‍👧‍👦 漢字かな 한국어 & <script>alert(1)</script>';
    expect(code.length).toBeGreaterThan(10_000);
    here.upstream.script({
      text: `${prose}\n\n\`\`\`ts\n${code}\n\`\`\`\n\nThe end 🎉`,
      split: 'random',
      seed: 11,
      tokensPerWrite: 8,
    });
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.getByText(name, { exact: true }).last().click();
    await ask('Write code');
    await expect.poll(answerText, { timeout: 20_000 }).toContain('The end 🎉');
    await expect.poll(() => sendButton().isVisible()).toBe(true);
    const answer = answers().last();
    expect((await answer.locator('pre code').textContent())?.trimEnd()).toBe(code);
    expect(await answer.locator('p').first().textContent()).toBe(prose);
    expect(await answer.locator('p', { hasText: 'The end' }).textContent()).toBe('The end 🎉');
    expect(here.upstream.lastReceived.path).toBe(
      provider === 'openai/' ? '/v1/chat/completions' : '/v1/messages',
    );
  });

  it('renders Markdown: headings, lists, tables, emphasis and safe links', async () => {
    const text =
      '# Title\n\nSome **bold** and a [link](https://example.com) and [bad](javascript:alert(1)).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![pixel](https://evil.example/x.png)';
    here.upstream.script({ text, delayMs: 2 });
    await ask('Show me');
    await expect.poll(() => sendButton().isVisible()).toBe(true);
    const answer = answers().last();
    expect(await answer.getByRole('heading', { name: 'Title' }).count()).toBe(1);
    expect(await answer.locator('strong').innerText()).toBe('bold');
    expect(await answer.getByRole('listitem').allInnerTexts()).toEqual(['one', 'two']);
    expect(await answer.getByRole('cell').allInnerTexts()).toEqual(['1', '2']);
    const link = answer.getByRole('link', { name: 'link' });
    expect(await link.getAttribute('href')).toBe('https://example.com/');
    expect(await link.getAttribute('rel')).toContain('noopener');
    expect(await answer.locator('[href^="javascript"]').count()).toBe(0);
    expect([...seen.hosts]).toEqual([new URL(here.server.url).host]);
    expect(seen.problems).toEqual([]);
  });

  it('M4: keeps the partial text of a cut answer above an error card, and Retry asks again', async () => {
    here.upstream.script({ tokens: 20, delayMs: 2, end: 'truncate', after: 10 });
    await ask('Will be cut');
    await expect.poll(() => page.getByRole('button', { name: 'Retry' }).count()).toBe(1);
    expect(await answerText()).toContain('t0 t1 t2');
    expect(await answerText()).toContain('upstream_truncated');
    expect(await page.getByRole('status', { name: 'Status' }).innerText()).not.toMatch(/complete/i);
    here.upstream.script({ text: 'Whole this time.' });
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(answerText).toContain('Whole this time.');
    expect(here.upstream.stats.requests).toBe(2);
  });

  it('keeps the session over a reload, and nothing secret in storage or in its address', async () => {
    await page.reload();
    await composer().waitFor();
    here.upstream.script({ text: 'Nothing to hide.' });
    await ask('What do you keep?');
    await expect.poll(answerText).toContain('Nothing to hide.');
    await expect.poll(() => sendButton().isVisible()).toBe(true);
    const kept = await page.evaluate(async () => {
      const stored = [Object.entries(localStorage), Object.entries(sessionStorage)];
      return { text: JSON.stringify([stored, location.href]), databases: await indexedDB.databases() };
    });
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/auth' });
    expect(kept.text).not.toMatch(/eyJ|sluice-refresh|password|correct.{1,3}horse/i);
    expect(kept.text).not.toContain(cookie?.value);
    expect(kept.databases).toEqual([]);
  });

  it('signs in to the right words when the password is wrong', async () => {
    const other = await here.browser.newContext();
    const fresh = await other.newPage();
    await fresh.goto(here.server.url);
    const form = fresh.getByRole('form', { name: 'Sign in' });
    await form.getByRole('textbox', { name: 'Email' }).fill(account.email);
    await form.getByLabel('Password', { exact: true }).fill('not the password');
    await form.getByRole('button', { name: /sign in/i }).click();
    await expect.poll(() => fresh.getByRole('alert').count()).toBeGreaterThan(0);
    await other.close();
  });

  it.each([360, 1440])('fits %i px without scrolling sideways, in both themes', async (width) => {
    here.upstream.script({
      text: `A table:\n\n| ${'wide column | '.repeat(12)}\n|${'---|'.repeat(12)}\n| ${'cell | '.repeat(12)}\n\n\`\`\`\n${'long line '.repeat(60)}\n\`\`\``,
    });
    await page.setViewportSize({ width, height: 800 });
    await ask('Be wide');
    await expect.poll(() => sendButton().isVisible()).toBe(true);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
    }
    expect(seen.problems).toEqual([]);
  });
});
