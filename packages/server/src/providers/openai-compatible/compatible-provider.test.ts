import { describe, expect, it } from 'vitest';
import { type FakeUpstream, startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import type { ReasoningForm } from '../../catalog/catalog-model.ts';
import { collect, never, play, request } from '../outcome.fixture.ts';
import type { Provider } from '../provider.ts';
import { describeUpstreamProvider } from '../upstream-provider.contract.ts';
import { createCompatibleProvider } from './compatible-provider.ts';
import { type PresetName, presets } from './presets.ts';

const open =
  (preset: PresetName, path = '/v1') =>
  ({ url }: FakeUpstream, apiKey = 'sk-test'): Provider & AsyncDisposable =>
    createCompatibleProvider({ id: 'x', name: 'X', preset, baseUrl: url + path, apiKey });

const openRouter = open('openrouter', '/api/v1');

describeUpstreamProvider('CompatibleProvider (generic)', open('generic'));
describeUpstreamProvider('CompatibleProvider (openrouter)', openRouter);
describeUpstreamProvider('CompatibleProvider (aiand)', open('aiand'));

describe('a compatible provider', () => {
  it('sends the key where the preset says, and the headers of the configuration', async () => {
    await using upstream = await startFakeUpstream();
    const baseUrl = upstream.openAiUrl;
    const headersOf = async (preset: PresetName, apiKey?: string) => {
      const options = { id: 'x', name: 'X', preset, baseUrl, headers: { 'x-team': 'blue' } };
      await using provider = createCompatibleProvider({ ...options, ...(apiKey && { apiKey }) });
      await collect(provider.generate(request, never));
      const { authorization, 'api-key': key, 'x-team': team } = upstream.lastReceived.headers;
      return { authorization, key, team };
    };
    expect(await headersOf('generic', 'sk-1')).toEqual({ authorization: 'Bearer sk-1', team: 'blue' });
    expect(await headersOf('azure', 'sk-2')).toEqual({ key: 'sk-2', team: 'blue' });
    expect(await headersOf('lm-studio')).toEqual({ team: 'blue' });
  });

  it('needs a base URL where the preset has none', () => {
    expect(() => createCompatibleProvider({ id: 'az', name: 'Azure', preset: 'azure' })).toThrow(/az/);
    expect(
      Object.entries(presets)
        .filter(([, preset]) => !('baseUrl' in preset))
        .map(([name]) => name),
    ).toEqual(['generic', 'azure']);
  });

  it.each<[PresetName, ReasoningForm, 'off' | 'low', object]>([
    ['openrouter', 'effort', 'low', { reasoning: { effort: 'low' } }],
    ['openrouter', 'effort', 'off', { reasoning: { enabled: false } }],
    ['deepseek', 'effort', 'low', { thinking: { type: 'enabled' }, reasoning_effort: 'low' }],
    ['deepseek', 'switch', 'off', { thinking: { type: 'disabled' } }],
    ['groq', 'switch', 'low', { reasoning_effort: 'default', reasoning_format: 'parsed' }],
    ['mistral', 'effort', 'off', { reasoning_effort: 'none' }],
    ['vllm', 'switch', 'off', { chat_template_kwargs: { enable_thinking: false } }],
    ['vllm', 'effort', 'off', {}],
    ['generic', 'budget', 'low', {}],
  ])('asks %s for reasoning by %s (%s) in its words', async (...[preset, form, reasoning, expected]) => {
    await using upstream = await startFakeUpstream();
    await using provider = open(preset)(upstream);
    await collect(provider.generate({ ...request, reasoning, dialect: { reasoning: form } }, never));
    const {
      model: _model,
      messages: _messages,
      stream: _stream,
      stream_options: _usage,
      ...fields
    } = upstream.lastReceived.body;
    expect(fields).toEqual(expected);
  });

  it('bounds the answer and asks for usage as the preset says', async () => {
    await using upstream = await startFakeUpstream();
    const bodyFor = async (preset: PresetName) => {
      await using provider = open(preset)(upstream);
      await collect(provider.generate({ ...request, maxOutputTokens: 9 }, never));
      return upstream.lastReceived.body;
    };
    expect(await bodyFor('xai')).toMatchObject({ max_completion_tokens: 9, stream_options: {} });
    const mistral = await bodyFor('mistral');
    expect(mistral).toMatchObject({ max_tokens: 9 });
    expect(mistral).not.toHaveProperty('stream_options');
  });

  it("gives ai&'s cost and id of the call after the finish", async () => {
    const trailer = 'event: aiand.metadata\ndata: {"request_id":"req-9","cost_usd":0.0021}\n\n';
    const trailerBase64 = Buffer.from(trailer).toString('base64');
    const { events } = await play(open('aiand'), { text: 'Hello', trailerBase64 });
    expect(events.slice(-3)).toEqual([
      { type: 'finish', reason: 'complete' },
      { type: 'call', providerRequestId: 'req-9' },
      { type: 'cost', microUsd: 2100 },
    ]);
  });

  it("gives the usage of ai&'s trailer where it counts something", async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    const trailers = [{ usage }, { usage: {} }, { usage: null }].map(async (said) => {
      const trailer = `event: aiand.metadata\ndata: ${JSON.stringify({ cost_usd: 0.5, ...said })}\n\n`;
      const trailerBase64 = Buffer.from(trailer).toString('base64');
      const { events } = await play(open('aiand'), { text: 'Hello', trailerBase64 });
      return events.slice(events.findIndex(({ type }) => type === 'finish') + 1);
    });
    const cost = { type: 'cost', microUsd: 500_000 };
    const counted = expect.objectContaining({ inputTokens: 7, outputTokens: 2, source: 'provider' });
    expect(await Promise.all(trailers)).toEqual([[{ type: 'usage', usage: counted }, cost], [cost], [cost]]);
  });

  it("gives OpenRouter's cost beside the usage", async () => {
    const { events } = await play(openRouter, { text: 'Hello', usage: { cost: 0.5 } });
    expect(events).toContainEqual({ type: 'cost', microUsd: 500_000 });
  });
});

describe("OpenRouter's account of a call", () => {
  it('tells usage and cost once it is there', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = openRouter(upstream);
    expect(await provider.findCall?.('gen-1', never)).toBeUndefined();
    const data = {
      total_cost: 0.0015,
      native_tokens_prompt: 10,
      native_tokens_completion: 25,
      native_tokens_reasoning: 5,
      native_tokens_cached: 3,
    };
    upstream.script({ gets: { '/api/v1/generation?id=gen-1%2F2': { data } } });
    expect(await provider.findCall?.('gen-1/2', never)).toEqual({
      usage: {
        inputTokens: 10,
        outputTokens: 25,
        cacheReadTokens: 3,
        cacheWriteTokens: 0,
        reasoningTokens: 5,
        source: 'provider',
      },
      microUsd: 1500,
    });
  });

  it('tells no usage where it counts nothing: what was estimated stands', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = openRouter(upstream);
    const data = { total_cost: 0.0015, native_tokens_prompt: null, native_tokens_completion: null };
    upstream.script({ gets: { '/api/v1/generation?id=gen-1': { data } } });
    expect(await provider.findCall?.('gen-1', never)).toEqual({ microUsd: 1500 });
  });

  it('is asked for at no other upstream', async () => {
    await using upstream = await startFakeUpstream();
    expect(open('generic')(upstream)).not.toHaveProperty('findCall');
    expect(open('azure')(upstream)).not.toHaveProperty('listModels');
  });
});
