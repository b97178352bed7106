import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pointAllAt } from '../packages/server/test/_support/start-server.ts';
import { writeModelsConfig } from '../packages/server/test/_support/write-models-config.ts';
import { hasChromium, signIn } from './_support/browser.ts';
import { useBrowser } from './_support/use-browser.ts';

const price = { inputPerMTok: 100, outputPerMTok: 1000 };
const groq = 'GROQ_TEST_KEY';

const chat = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const trailer = 'event: aiand.metadata\ndata: {"request_id":"req_1","cost_usd":0.0321,"model":"m"}\n\n';

/** Model, the path it is asked at, what it costs, and what the fake says beside its answer. */
const adapters = [
  { id: 'anthropic/claude', path: '/v1/messages', cost: '$0.0042', said: {} },
  { id: 'openai/chat', path: '/v1/chat/completions', cost: '$0.0042', said: {} },
  { id: 'openai/responses', path: '/v1/responses', cost: '$0.0042', said: {} },
  { id: 'gemini/flash', path: '/v1beta/models/flash:streamGenerateContent', cost: '$0.0042', said: {} },
  { id: 'ollama/local', path: '/api/chat', cost: '$0.00', said: {} },
  {
    id: 'openrouter/vendor/model',
    path: '/v1/chat/completions',
    cost: '$0.0123',
    said: { usage: { ...chat, cost: 0.0123 } },
  },
  {
    id: 'aiand/openai/oss',
    path: '/v1/chat/completions',
    cost: '$0.0321',
    said: { trailerBase64: btoa(trailer) },
  },
  { id: 'my-groq/llama', path: '/v1/chat/completions', cost: '$0.0042', said: {} },
] as const;

describe.skipIf(!hasChromium)('one question through every adapter, in the page', () => {
  const here = useBrowser({ role: 'user' }, (upstream) => ({
    ...pointAllAt(upstream),
    [groq]: 'sk-canary',
    SLUICE_CONFIG: writeModelsConfig({
      providers: { 'my-groq': { preset: 'groq', baseUrl: `${upstream.url}/v1`, apiKeyVariable: groq } },
      models: Object.fromEntries([
        ...adapters.map(({ id }) => [id, { name: `The model ${id}`, price }] as const),
        ['openai/responses', { name: 'The model openai/responses', price, api: 'responses' as const }],
        ['ollama/local', { name: 'The model ollama/local', price: { inputPerMTok: 0, outputPerMTok: 0 } }],
      ]),
    }),
  }));
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await signIn(context, here.server.url);
  });
  afterAll(() => context?.close());

  it.each(adapters)('$id answers, and the page says what it cost', async ({ id, path, cost, said }) => {
    here.upstream.script({ text: `Good day from ${id}`.slice(0, 12), ...said });
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.getByPlaceholder('Find a model').fill(`The model ${id}`);
    await page.getByRole('menuitemradio', { name: `The model ${id}` }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('Who are you?');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    const answer = page.getByRole('article', { name: 'Assistant' }).last();
    await expect.poll(() => answer.innerText()).toContain(`The model ${id}`);
    await expect.poll(() => answer.innerText()).toContain(cost);
    expect(await answer.innerText()).toContain('Good day fro');
    expect(here.upstream.lastReceived.path.split('?')[0]).toBe(path);
  });
});
