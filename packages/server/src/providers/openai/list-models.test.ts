import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import type { OfferedModel } from '../../catalog/catalog-model.ts';
import { codeOf, never } from '../outcome.fixture.ts';
import { createOpenaiProvider } from './openai-provider.ts';

async function list(data: unknown): Promise<readonly OfferedModel[] | undefined> {
  await using upstream = await startFakeUpstream();
  upstream.script({ gets: { '/v1/models': { data } } });
  await using provider = createOpenaiProvider({ apiKey: 'sk-test', baseUrl: upstream.openAiUrl });
  return await provider.listModels?.(never);
}

describe("an OpenAI-like upstream's list of models", () => {
  it('leaves out what says that it cannot chat; names are for the catalogue to judge', async () => {
    const rows = [
      { id: 'gpt-x' },
      { id: 'text-embedding-3-small' },
      { id: 'ocr', capabilities: { completion_chat: false } },
      { id: 'old', active: false },
      { id: 'painter', architecture: { output_modalities: ['image'] } },
      { id: 'image-reader', architecture: { output_modalities: ['text'] } },
      { id: 7 },
      null,
    ];
    expect(await list(rows)).toEqual([
      { name: 'gpt-x' },
      { name: 'text-embedding-3-small' },
      { name: 'image-reader' },
    ]);
  });

  it("reads OpenRouter's words", async () => {
    const row = {
      id: 'a/b',
      name: 'A: B',
      context_length: 200_000,
      top_provider: { max_completion_tokens: 64_000 },
      pricing: { prompt: '0.0000008', completion: '0.000004', input_cache_read: '0.00000008' },
      architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
      supported_parameters: ['reasoning', 'temperature'],
      reasoning: { mandatory: true, supported_efforts: ['max', 'high', 'low'] },
    };
    expect(await list([row])).toEqual([
      {
        name: 'a/b',
        title: 'A: B',
        contextWindow: 200_000,
        maxOutputTokens: 64_000,
        capabilities: {
          images: true,
          temperature: true,
          reasoning: true,
          reasoningLevels: ['low', 'high'],
        },
        price: { inputPerMTok: 0.8, outputPerMTok: 4, cacheReadPerMTok: 0.08 },
      },
    ]);
  });

  it('takes any effort for one of a model that lists none', async () => {
    const [model] =
      (await list([
        { id: 'm', supported_parameters: ['reasoning'], reasoning: { supported_efforts: null } },
      ])) ?? [];
    expect(model?.capabilities?.reasoningLevels).toEqual(['off', 'low', 'medium', 'high']);
  });

  it('takes a router whose price depends for one without a price', async () => {
    const row = { id: 'auto', pricing: { prompt: '-1', completion: '-1' }, supported_parameters: [] };
    expect(await list([row])).toEqual([
      { name: 'auto', capabilities: { temperature: false, reasoning: false, reasoningLevels: [] } },
    ]);
  });

  it.each([
    { prompt: '1e300', completion: '0.000004' },
    { prompt: '0.0000008', completion: 1.1 },
    { input_per_1m: 1, output_per_1m: 1_000_001 },
  ])('takes a price that none can have for no price: %j', async (pricing) => {
    expect(await list([{ id: 'm', pricing }])).toEqual([{ name: 'm' }]);
  });

  it('takes a price of a dollar a token, and leaves out one of the cache beyond it', async () => {
    const pricing = { prompt: '1', completion: '1', input_cache_read: '2' };
    const price = { inputPerMTok: 1_000_000, outputPerMTok: 1_000_000 };
    expect(await list([{ id: 'm', pricing }])).toEqual([{ name: 'm', price }]);
  });

  it.each([
    [
      'ai&',
      { context_window: 131_072, pricing: { input_per_1m: 0.1, output_per_1m: 0.5 } },
      { contextWindow: 131_072, price: { inputPerMTok: 0.1, outputPerMTok: 0.5 } },
    ],
    [
      'Mistral',
      { max_context_length: 32_768, capabilities: { completion_chat: true, vision: true } },
      { contextWindow: 32_768, capabilities: { images: true } },
    ],
    [
      'Groq',
      { context_window: 131_072, max_completion_tokens: 8192, active: true },
      { contextWindow: 131_072, maxOutputTokens: 8192 },
    ],
    ['vLLM', { max_model_len: 4096 }, { contextWindow: 4096 }],
    ['nonsense', { context_length: '4096', pricing: { prompt: 'free', completion: null }, name: null }, {}],
  ])('reads the words of %s', async (_whose, row, expected) => {
    expect(await list([{ id: 'm', ...row }])).toEqual([{ name: 'm', ...expected }]);
  });

  it('throws for an upstream that has none', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createOpenaiProvider({ apiKey: 'sk-test', baseUrl: `${upstream.url}/nowhere` });
    const error = await provider.listModels?.(never).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('upstream_invalid');
  });

  it('throws the reason of a signal that has aborted', async () => {
    const reason = new Error('gone');
    await using provider = createOpenaiProvider({ apiKey: 'sk-test', baseUrl: 'http://127.0.0.1:9/v1' });
    await expect(provider.listModels?.(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
