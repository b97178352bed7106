import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeModelsConfig } from '../packages/server/test/_support/write-models-config.ts';
import { hasChromium, signIn } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('messages', () => {
  const here = useBrowser({ role: 'user' }, (upstream) => ({
    ANTHROPIC_API_KEY: 'sk-ant-canary',
    ANTHROPIC_BASE_URL: upstream.url,
    OPENAI_API_KEY: 'sk-canary',
    OPENAI_BASE_URL: upstream.openAiUrl,
    SLUICE_CONFIG: writeModelsConfig({
      defaultModel: 'anthropic/first',
      models: {
        'anthropic/first': { name: 'First Model', price: { inputPerMTok: 100, outputPerMTok: 1000 } },
        'openai/unpriced': { name: 'Unpriced Model', api: 'chat' },
      },
    }),
  }));
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1100, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await signIn(context, here.server.url);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterAll(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answer = () => page.getByRole('article', { name: 'Assistant' }).last();
  const answerText = () => answer().innerText();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const ask = async (text: string) => {
    await composer().fill(text);
    await composer().press('Enter');
  };

  it('M3: goes on with an answer that ended at the length limit, in the same message', async () => {
    here.upstream.script({ text: 'One, two,', stopReason: 'max_tokens' });
    await ask('Count to four');
    await expect.poll(answerText).toMatch(/One, two,[^]*Ended at the length limit/);
    here.upstream.script({ text: ' three, four.' });
    await button('Continue').click();
    await expect.poll(answerText).toContain('One, two, three, four.');
    await button('Send').waitFor();
    expect(await page.getByRole('article', { name: 'Assistant' }).count()).toBe(1);
    expect(await answerText()).not.toContain('length limit');
    await page.reload();
    await expect.poll(answerText).toContain('One, two, three, four.');
    expect(await button('Continue').count()).toBe(0);
  });

  it('M4: says in place of an answer what went wrong, with what to quote, and counts down to when it may be asked again', async () => {
    const body = {
      type: 'about:blank',
      title: 'Too many requests',
      status: 429,
      detail: 'Too many requests in a minute',
      code: 'rate_limited',
      retryable: true,
      requestId: 'req-quoted',
    };
    await page.route('**/api/chat/stream', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '3' },
        contentType: 'application/problem+json',
        body: JSON.stringify(body),
      }),
    );
    await ask('Too soon');
    const card = answer().getByRole('alert');
    await expect.poll(() => card.innerText()).toContain('Too many requests');
    expect(await card.innerText()).toContain('rate_limited · req-quoted');
    const retry = card.getByRole('button', { name: /^Retry/ });
    await expect.poll(() => retry.innerText(), { interval: 20 }).toBe('Retry in 2 s');
    expect(await retry.isEnabled()).toBe(false);
    await card.getByRole('button', { name: 'Copy error details' }).click();
    await expect.poll(clipboard).toBe('rate_limited · req-quoted');
    await page.unrouteAll();
    here.upstream.script({ text: 'Now it is fine.' });
    await expect.poll(() => retry.innerText(), { timeout: 5000 }).toBe('Retry');
    await retry.click();
    await expect.poll(answerText).toContain('Now it is fine.');
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1);
    expect(here.upstream.stats.requests).toBe(1);
    here.upstream.script({ status: 429, headers: { 'retry-after': '40' } });
    await ask('And the provider?');
    await expect.poll(() => retry.innerText()).toMatch(/^Retry in (40|39|38) s$/);
  });

  it('M5: says of each answer who gave it, what it took and cost, and how quick it was; "–" of what is not known', async () => {
    here.upstream.script({ tokens: 30, delayMs: 10 });
    await ask('Count');
    const facts = () => answer().locator('footer .facts').innerText();
    await expect.poll(facts).toContain('First Model');
    // 12 × $100 and 30 × $1,000 per million.
    const known = /12 in, 30 out\s+\$0\.0312\s+first token [\d.]+ (ms|s)\s+[\d,]+ tok\/s/;
    await expect.poll(facts).toMatch(known);
    await page.reload();
    await expect.poll(facts).toMatch(known);

    await button('Model').click();
    await page.getByRole('menuitemradio', { name: /^Unpriced Model/ }).click();
    here.upstream.script({ tokens: 30, delayMs: 10 });
    await ask('For nothing?');
    await expect.poll(facts).toMatch(/Unpriced Model\s+12 in, 30 out\s+–\s+first token/);
    expect(await facts()).not.toContain('$');
    here.upstream.script({ status: 401 });
    await ask('And not at all?');
    await answer().getByRole('alert').waitFor();
    expect(await answerText()).not.toMatch(/\b0 in|\$0|0 tok/);
  });

  it('A6: keeps a draft that cannot be sent without a network, and sends it on Retry', async () => {
    await context.setOffline(true);
    await ask('Kept while offline');
    const note = page.locator('.composer').getByRole('alert');
    await expect.poll(() => note.innerText()).toContain('You are offline');
    expect(await composer().inputValue()).toBe('Kept while offline');
    expect(await page.getByRole('article').count()).toBe(0);
    await context.setOffline(false);
    here.upstream.script({ text: 'Back again.' });
    await note.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(answerText).toContain('Back again.');
    expect(await composer().inputValue()).toBe('');
    expect(await note.count()).toBe(0);
  });
});
