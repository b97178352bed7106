import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { codeOf, never } from '../outcome.fixture.ts';
import { createAnthropicProvider } from './anthropic-provider.ts';

const yes = { supported: true };
const no = { supported: false };
const efforts = { ...yes, low: yes, medium: yes, high: yes, max: yes };

async function list(pages: Record<string, object>) {
  await using upstream = await startFakeUpstream();
  upstream.script({ gets: pages });
  await using provider = createAnthropicProvider({ apiKey: 'sk-test', baseUrl: upstream.url });
  return await provider.listModels?.(never);
}

const listOne = (types: object, effort: object) =>
  list({
    '/v1/models?limit=1000': {
      data: [{ id: 'm', capabilities: { image_input: yes, effort, thinking: { ...yes, types } } }],
      has_more: false,
    },
  });

describe("Anthropic's list of models", () => {
  it('gives every page of it, without what is retired', async () => {
    const first = {
      id: 'a',
      display_name: 'Claude A',
      max_input_tokens: 9,
      max_tokens: 3,
      capabilities: null,
    };
    const models = await list({
      '/v1/models?limit=1000': {
        data: [first, { id: 'b', lifecycle: 'retired' }],
        has_more: true,
        last_id: 'b',
      },
      '/v1/models?limit=1000&after_id=b': { data: [{ id: 'c' }, { id: null }], has_more: false },
    });
    expect(models).toEqual([
      { name: 'a', title: 'Claude A', contextWindow: 9, maxOutputTokens: 3 },
      { name: 'c' },
    ]);
  });

  it.each([
    ['adaptive', { adaptive: yes, disabled: yes }, efforts, ['off', 'low', 'medium', 'high']],
    ['adaptive', { adaptive: yes, disabled: no }, { ...efforts, medium: no }, ['low', 'high']],
    ['budget', { adaptive: no, enabled: yes, disabled: yes }, no, ['off', 'low', 'medium', 'high']],
    [undefined, { adaptive: no, enabled: no, disabled: yes }, no, []],
  ])('finds the form of thinking: %s', async (...[reasoning, types, effort, reasoningLevels]) => {
    const [model] = (await listOne(types, effort)) ?? [];
    expect(model?.dialect).toEqual(reasoning === undefined ? {} : { reasoning });
    expect(model?.capabilities).toEqual({
      images: true,
      reasoning: reasoningLevels.length > 0,
      reasoningLevels,
    });
  });

  it('finds what a model calls no thinking', async () => {
    const [model] = (await listOne({ adaptive: yes, disabled: no, between_tools: yes }, efforts)) ?? [];
    expect(model?.dialect).toEqual({ reasoning: 'adaptive', thinkingOff: 'between_tools' });
    expect(model?.capabilities?.reasoningLevels).toContain('off');
  });

  it('throws for an upstream that has none', async () => {
    await using upstream = await startFakeUpstream();
    const baseUrl = `${upstream.url}/nowhere`;
    await using provider = createAnthropicProvider({ apiKey: 'sk-test', baseUrl });
    const error = await provider.listModels?.(never).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('upstream_invalid');
  });
});
