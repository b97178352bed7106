import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Watch, hasChromium, signIn, watch } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

describe.skipIf(!hasChromium)('what is set for a chat', () => {
  const here = useBrowser({ role: 'user' });
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterEach(() => expect(seen.problems).toEqual([]));

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const modelButton = () => page.getByRole('button', { name: 'Model', exact: true });
  const settingsButton = () => page.getByRole('button', { name: 'Chat settings', exact: true });
  const dialog = () => page.getByRole('dialog', { name: 'Chat settings' });
  const models = () => page.getByRole('dialog', { name: 'Models' });
  const model = (name: string) => models().getByRole('menuitemradio', { name });
  const listed = (title: string) =>
    page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: title });
  const ask = async (text: string) => {
    here.upstream.script({ text: 'Very well.' });
    await composer().fill(text);
    await composer().press('Enter');
    await expect
      .poll(() => page.getByRole('article', { name: 'Assistant' }).last().innerText())
      .toContain('Very well.');
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
  };
  /** Of the request that reached the provider last. */
  const received = () => here.upstream.lastReceived.body as Record<string, unknown>;
  const choose = async (name: string) => {
    await modelButton().click();
    await models().getByRole('searchbox', { name: 'Find a model' }).fill(name);
    await model(name).click();
    await expect.poll(() => modelButton().innerText()).toContain(name);
  };
  const save = async () => {
    await dialog().getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => dialog().count()).toBe(0);
  };

  it('P1: offers models by provider, searched and chosen by keyboard, and keeps the choice of each conversation', async () => {
    await modelButton().click();
    const group = (name: string) => models().getByRole('group', { name, exact: true });
    await group('Anthropic').waitFor();
    expect(await group('OpenAI').getByRole('menuitemradio').count()).toBeGreaterThan(3);
    expect(await model('GPT-4.1').innerText()).toMatch(/Images[^]*1M context · \$2 in, \$8 out per M tokens/);
    expect(await model('GPT-4.1').innerText()).not.toContain('Reasoning');
    expect(await model('Claude Haiku 4.5').innerText()).toMatch(/Images\s+Reasoning/);
    const absent = models()
      .getByRole('menuitemradio')
      .filter({ hasText: 'is not configured on this server' });
    expect(await absent.count()).toBeGreaterThan(0);
    for (const item of await absent.all()) expect(await item.getAttribute('aria-disabled')).toBe('true');
    expect(await group('Gemini').innerText()).toContain('Gemini is not configured on this server');

    // By keyboard alone, by its id too.
    await page.keyboard.type('openai/gpt-4.1');
    await expect.poll(() => models().getByRole('menuitemradio').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(() => modelButton().innerText()).toContain('GPT-4.1');
    expect(await modelButton().evaluate((element) => element === document.activeElement)).toBe(true);
    await modelButton().click();
    await page.keyboard.type('no such thing');
    await models().getByText('No model of that name.').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => models().count()).toBe(0);

    await ask('Asked of GPT');
    expect(received()).toMatchObject({ model: 'gpt-4.1' });
    await page.getByRole('button', { name: 'New chat' }).first().click();
    await choose('Claude Haiku 4.5');
    await ask('Asked of Claude');
    expect(received()).toMatchObject({ model: 'claude-haiku-4-5' });
    await listed('Asked of GPT').click();
    await expect.poll(() => modelButton().innerText()).toContain('GPT-4.1');
    await choose('Claude Sonnet 4.6');
    await page.reload();
    await expect.poll(() => modelButton().innerText()).toContain('Claude Sonnet 4.6');
    await listed('Asked of Claude').click();
    await expect.poll(() => modelButton().innerText()).toContain('Claude Haiku 4.5');
  });

  it('P2: sends what is set for a conversation, of it what the model takes, until it is reset', async () => {
    await choose('GPT-4.1');
    expect(await settingsButton().getAttribute('aria-description')).toBeNull();
    await settingsButton().click();
    const field = (name: string) => dialog().getByLabel(name, { exact: true });
    await field('System prompt').fill('Answer like a pirate.');
    expect(await field('Reasoning effort').count()).toBe(0);
    await field('Temperature').fill('3');
    await field('Longest answer').fill('99999999');
    await dialog().getByRole('button', { name: 'Save' }).click();
    expect(await field('Temperature').getAttribute('aria-invalid')).toBe('true');
    expect(await field('Longest answer').getAttribute('aria-invalid')).toBe('true');
    await field('Temperature').fill('0.3');
    await field('Longest answer').fill('321');
    await save();
    expect(await settingsButton().getAttribute('aria-description')).toBe('Not the default');
    // What is set before there is a conversation survives a reload, and goes with it.
    await page.reload();
    await ask('Set before it began');
    const set = { temperature: 0.3, max_completion_tokens: 321 };
    expect(received()).toMatchObject({ model: 'gpt-4.1', ...set });
    expect(JSON.stringify(received())).toContain('Answer like a pirate.');

    // In another browser of the same person.
    const elsewhere = await here.browser.newContext();
    const other = await signIn(elsewhere, here.server.url);
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Chat settings' }).click();
    await expect.poll(() => other.getByLabel('System prompt').inputValue()).toBe('Answer like a pirate.');
    await elsewhere.close();

    await choose('Claude Opus 5.5');
    await settingsButton().click();
    await dialog()
      .getByText('The temperature of 0.3 is not sent: Claude Opus 5.5 does not take one.')
      .waitFor();
    expect(await field('Temperature').count()).toBe(0);
    const levels = field('Reasoning effort').locator('option');
    expect(await levels.allInnerTexts()).toEqual(['As the model has it', 'Low', 'Medium', 'High']);
    await field('Reasoning effort').selectOption('low');
    await save();
    await ask('Another model');
    expect(received()).toMatchObject({ model: 'claude-opus-5-5', output_config: { effort: 'low' } });
    expect(received()).not.toHaveProperty('temperature');
    expect(JSON.stringify(received())).toContain('Answer like a pirate.');

    // What that model did not take is still there for one that does.
    await choose('GPT-4.1');
    await ask('And back');
    expect(received()).toMatchObject(set);
    expect(received()).not.toHaveProperty('reasoning_effort');

    await settingsButton().click();
    await dialog().getByRole('button', { name: 'Reset to default' }).click();
    await expect.poll(() => settingsButton().getAttribute('aria-description')).toBeNull();
    expect(await modelButton().innerText()).toContain('GPT-4.1');
    await ask('As it comes');
    for (const name of ['temperature', 'max_completion_tokens']) expect(received()).not.toHaveProperty(name);
    expect(JSON.stringify(received())).not.toContain('pirate');
    await page.getByRole('button', { name: 'New chat' }).first().click();
    await expect.poll(() => settingsButton().getAttribute('aria-description')).toBeNull();
  });

  it('P2: asks nothing in a conversation before it is known what is set for it', async () => {
    await choose('GPT-4.1');
    await settingsButton().click();
    await dialog().getByLabel('Temperature', { exact: true }).fill('0.7');
    await save();
    await ask('One that has settings');
    const isHeld = Promise.withResolvers<void>();
    await page.route(/\/api\/conversations\/[\w-]+$/, async (route) => {
      await isHeld.promise;
      await route.continue();
    });
    await page.reload();
    await page.waitForResponse(/\/messages/);
    expect(await settingsButton().isDisabled()).toBe(true);
    expect(await modelButton().isDisabled()).toBe(true);
    await composer().fill('In haste');
    await composer().press('Enter');
    expect(await composer().inputValue()).toBe('In haste');
    isHeld.resolve();
    await page.getByRole('article', { name: 'Assistant' }).waitFor();
    await page.unroute(/\/api\/conversations\/[\w-]+$/);
    await ask('In haste');
    expect(received()).toMatchObject({ model: 'gpt-4.1', temperature: 0.7 });
  });

  const one = /\/api\/conversations\/[\w-]+$/;
  const newChat = () => page.getByRole('button', { name: 'New chat' }).first().click();
  const prompt = () => dialog().getByLabel('System prompt', { exact: true });
  const setPrompt = async (text: string) => {
    await settingsButton().click();
    await prompt().fill(text);
    await save();
  };
  const isMarked = async () => (await settingsButton().getAttribute('aria-description')) !== null;
  /** In a tab whose clock and complaints are its own. */
  const inOwnTab = async (work: () => Promise<void>) => {
    const shared = page;
    page = await context.newPage();
    try {
      await work();
    } finally {
      await page.close();
      page = shared;
    }
  };

  it('P2: sends what is set for a conversation that was left for long and is asked in haste', () =>
    inOwnTab(async () => {
      await page.clock.install();
      await page.goto(here.server.url);
      await setPrompt('Answer like a parrot.');
      await ask('Of birds');
      await newChat();
      await expect.poll(() => page.url()).toBe(`${here.server.url}/`);
      await page.clock.fastForward('00:06:00');
      const isHeld = Promise.withResolvers<void>();
      await page.route(one, async (route) => {
        await isHeld.promise;
        await route.continue();
      });
      await listed('Of birds').click();
      await page.getByRole('article', { name: 'Assistant' }).waitFor();
      await ask('In haste');
      await expect.poll(() => JSON.stringify(received())).toContain('In haste');
      expect(JSON.stringify(received())).toContain('Answer like a parrot.');
      isHeld.resolve();
    }));

  it('P2: says so when it cannot be known what is set for a conversation, and asks nothing in it', () =>
    inOwnTab(async () => {
      await page.goto(here.server.url);
      await setPrompt('Answer like an owl.');
      await ask('Of owls');
      await page.route(one, (route) => route.abort());
      await page.reload();
      await page.getByText('The conversation could not be loaded.').waitFor();
      await composer().fill('In the dark');
      await composer().press('Enter');
      expect(await composer().inputValue()).toBe('In the dark');
      await page.unroute(one);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('article', { name: 'Assistant' }).waitFor();
      await ask('In the light');
      await expect.poll(() => JSON.stringify(received())).toContain('In the light');
      expect(JSON.stringify(received())).toContain('Answer like an owl.');
    }));

  it('P2: keeps settings and draft of a chat out of the next one, although it has not been answered', async () => {
    await setPrompt('Answer like a pirate.');
    const isHeld = Promise.withResolvers<void>();
    await page.route('**/api/chat/stream', async (route) => {
      await isHeld.promise;
      await route.continue();
    });
    here.upstream.script({ text: 'Aye.' });
    await composer().fill('The first of two');
    await composer().press('Enter');
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await composer().fill('More for the first');
    await newChat();
    await page.getByRole('heading', { name: 'What is on your mind' }).waitFor();
    expect(await composer().inputValue()).toBe('');
    expect(await isMarked()).toBe(false);
    isHeld.resolve();
    await listed('The first of two').waitFor();
    await page.unroute('**/api/chat/stream');
    await ask('The second of two');
    expect(JSON.stringify(received())).not.toContain('pirate');
    await listed('The first of two').click();
    await expect.poll(() => composer().inputValue()).toBe('More for the first');
    await expect.poll(isMarked).toBe(true);
    await composer().fill('');
    await ask('The first once more');
    await expect.poll(() => JSON.stringify(received())).toContain('The first once more');
    expect(JSON.stringify(received())).toContain('Answer like a pirate.');
    await newChat();
    expect(await composer().inputValue()).toBe('');
    expect(await isMarked()).toBe(false);
  });

  it('P2: keeps what was set while the first question waits, and in a reload what a refused one left', () =>
    inOwnTab(async () => {
      await page.goto(here.server.url);
      const isHeld = Promise.withResolvers<void>();
      await page.route('**/api/chat/stream', async (route) => {
        await isHeld.promise;
        await route.continue();
      });
      here.upstream.script({ text: 'Very well.' });
      await composer().fill('Set while it waits');
      await composer().press('Enter');
      await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
      const isSaved = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await setPrompt('Answer like a snail.');
      isHeld.resolve();
      await isSaved;
      await page.reload();
      await expect.poll(isMarked).toBe(true);
      await page.unroute('**/api/chat/stream');

      await newChat();
      await setPrompt('Answer like a mole.');
      const problem = { type: 't', title: 't', status: 402, code: 'budget_exceeded', retryable: false };
      await page.route('**/api/chat/stream', (route) =>
        route.fulfill({ status: 402, contentType: 'application/problem+json', json: problem }),
      );
      await composer().fill('Refused');
      await composer().press('Enter');
      await page.getByRole('alert').first().waitFor();
      await composer().fill('Not asked yet');
      await page.reload();
      await expect.poll(() => composer().inputValue()).toBe('Not asked yet');
      expect(await isMarked()).toBe(true);
      await composer().fill('');
      await settingsButton().click();
      await dialog().getByRole('button', { name: 'Reset to default' }).click();
      await expect.poll(isMarked).toBe(false);
    }));

  it('P2: keeps a system prompt that could not be saved in front of who wrote it', () =>
    inOwnTab(async () => {
      await page.goto(here.server.url);
      await ask('To be saved');
      await page.route(one, (route) =>
        route.request().method() === 'PATCH' ? route.abort() : route.continue(),
      );
      await settingsButton().click();
      await prompt().fill('The work of an hour.');
      await dialog().getByRole('button', { name: 'Save' }).click();
      await dialog().getByRole('alert').waitFor();
      expect(await prompt().inputValue()).toBe('The work of an hour.');
      expect(await isMarked()).toBe(false);
      await page.unroute(one);
      await save();
      await page.reload();
      await expect.poll(isMarked).toBe(true);
    }));

  it('P1: keeps the model that was chosen last, however late the first choice is answered', async () => {
    await ask('Two choices');
    const isHeld = Promise.withResolvers<void>();
    await page.route(one, async (route) => {
      if (route.request().postData()?.includes('haiku')) await isHeld.promise;
      await route.continue();
    });
    await choose('Claude Haiku 4.5');
    await choose('Claude Opus 5.5');
    const isDone = page.waitForResponse(
      (response) =>
        response.request().method() === 'PATCH' && response.request().postData()!.includes('opus'),
    );
    isHeld.resolve();
    await isDone;
    expect(await modelButton().innerText()).toContain('Claude Opus 5.5');
    await page.unroute(one);
    await page.reload();
    await expect.poll(() => modelButton().innerText()).toContain('Claude Opus 5.5');
  });
});
