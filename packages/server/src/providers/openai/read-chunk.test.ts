import { describe, expect, it } from 'vitest';
import { EventBatch } from '../event-batch.ts';
import type { ProviderEvent } from '../provider.ts';
import { OpenaiReader } from './read-chunk.ts';

interface Read {
  events: readonly ProviderEvent[];
  hasEnded: boolean;
}

/** Reads chunks, or `[DONE]` and other strings as they are, and then the end of the body. */
function read(...chunks: (object | string | null)[]): Read {
  const reader = new OpenaiReader({ providerName: 'OpenAI' });
  const batch = new EventBatch();
  for (const chunk of chunks) {
    reader.read({ event: '', data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }, batch);
  }
  if (!reader.hasEnded) reader.end(batch);
  return { events: batch.take(), hasEnded: reader.hasEnded };
}

const choice = (delta: unknown, finishReason?: string | null) => ({
  choices: [{ index: 0, delta, finish_reason: finishReason }],
});
const done = '[DONE]';
const complete = { type: 'finish', reason: 'complete' };
const text = (value: string) => ({ type: 'text-delta', text: value });

describe('OpenaiReader', () => {
  it('reads chunks without choices, delta or content', () => {
    const odd = [{}, null, { choices: null }, { choices: [] }, { choices: [{ index: 0 }] }, choice(null)];
    const empty = [choice({ content: null }), choice({ content: '' }), choice({ role: 'assistant' })];
    expect(read(...odd, ...empty, choice({ content: 'A' }, 'stop'), done).events).toEqual([
      text('A'),
      complete,
    ]);
  });

  it('reads only the first choice', () => {
    const interleaved = {
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' } },
      ],
    };
    const other = { choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'stop' }] };
    expect(read(interleaved, other)).toEqual({ events: [text('yes')], hasEnded: false });
  });

  it('reads reasoning from either field, and never twice', () => {
    const both = choice({ reasoning_content: 'a', reasoning: 'a' });
    expect(
      read(both, choice({ reasoning: 'b' }), choice({ reasoning_content: null, reasoning: 'c' })).events,
    ).toEqual([{ type: 'reasoning-delta', reasoning: 'abc' }]);
  });

  it('reads content that is a list of parts', () => {
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'yes' },
      { type: 'image_url' },
    ];
    expect(read(choice({ content: parts })).events).toEqual([
      { type: 'reasoning-delta', reasoning: 'hm' },
      text('yes'),
    ]);
  });

  it.each([
    ['stop', 'complete'],
    ['tool_calls', 'complete'],
    ['a_future_reason', 'complete'],
    ['length', 'length'],
    ['content_filter', 'refused'],
  ])('reads finish_reason %s as %s', (finishReason, reason) => {
    expect(read(choice({}, finishReason), done).events).toEqual([{ type: 'finish', reason }]);
  });

  it('gives the text of a refusal and says that it is one', () => {
    expect(
      read(choice({ refusal: 'I cannot ' }), choice({ refusal: 'do that.' }), choice({}, 'stop'), done)
        .events,
    ).toEqual([text('I cannot do that.'), { type: 'finish', reason: 'refused' }]);
  });

  it('ends at [DONE], with or without a finish_reason, and reads nothing after it', () => {
    expect(read(choice({ content: 'a' }), done, choice({ content: 'b' }), done, 'garbage').events).toEqual([
      text('a'),
      complete,
    ]);
  });

  it('ends at the end of the body where [DONE] is left out, but only after a finish_reason', () => {
    expect(read(choice({ content: 'a' }, 'length'))).toMatchObject({ hasEnded: true });
    expect(read(choice({ content: 'a' }, ''))).toMatchObject({ hasEnded: false });
  });

  it('gives no text that comes after the finish_reason, which may be said twice', () => {
    expect(read(choice({ content: 'a' }, 'stop'), choice({ content: 'b' }, 'length'), done).events).toEqual([
      text('a'),
      complete,
    ]);
  });

  it.each([
    ['as an object', { error: { message: 'sk-canary', type: 'server_error' } }, 'upstream_error'],
    ['beside choices', { ...choice({ content: '' }), error: { code: 429 } }, 'upstream_rate_limited'],
    [
      'inside the choice',
      { choices: [{ index: 0, error: { code: 503, message: 'x' } }] },
      'upstream_overloaded',
    ],
    ['as a finish_reason', choice({}, 'error'), 'upstream_error'],
    ['as text', { error: 'model overloaded' }, 'upstream_error'],
    [
      'with a status_code',
      { error: { status_code: 400, message: 'maximum context length' } },
      'context_length_exceeded',
    ],
    ['as a quota', { error: { code: 'insufficient_quota' } }, 'upstream_quota'],
  ])('throws for an error that comes %s, even after a finish_reason', (_how, chunk, code) => {
    expect(() => read(choice({ content: 'a' }), choice({}, 'length'), chunk, done)).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('throws for an event named error, whatever its shape', () => {
    const reader = new OpenaiReader({ providerName: 'OpenAI' });
    const data = JSON.stringify({ message: 'x', type: 'overloaded_error' });
    expect(() => reader.read({ event: 'error', data }, new EventBatch())).toThrowError(
      expect.objectContaining({ code: 'upstream_overloaded' }),
    );
  });

  it.each([
    [
      'with details',
      {
        prompt_tokens: 12,
        completion_tokens: 30,
        total_tokens: 42,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      { inputTokens: 12, outputTokens: 30, cacheReadTokens: 4, cacheWriteTokens: 2, reasoningTokens: 20 },
    ],
    [
      'of DeepSeek',
      { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15, prompt_cache_hit_tokens: 8 },
      { inputTokens: 12, outputTokens: 3, cacheReadTokens: 8, cacheWriteTokens: 0, reasoningTokens: 0 },
    ],
    [
      'of xAI, whose completion tokens leave reasoning out',
      {
        prompt_tokens: 12,
        completion_tokens: 1,
        total_tokens: 303,
        completion_tokens_details: { reasoning_tokens: 290 },
      },
      { inputTokens: 12, outputTokens: 291, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 290 },
    ],
  ])('reads usage %s', (_what, usage, expected) => {
    expect(read({ choices: [], usage }).events).toEqual([
      { type: 'usage', usage: { ...expected, source: 'provider' } },
    ]);
  });

  it.each([
    [{}],
    [{ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    [{ prompt_tokens: '12', completion_tokens: -1, total_tokens: null }],
  ])('takes %j for no usage', (usage) => {
    expect(read({ choices: [], usage }).events).toEqual([]);
  });

  it('tells the id of the call once, unless it is empty or known', () => {
    const id = (value: string) => ({ id: value, choices: [] });
    expect(read(id(''), id('c1'), id('c1')).events).toEqual([{ type: 'call', providerRequestId: 'c1' }]);
  });

  it('tells once which model answers, and at which provider', () => {
    const first = { id: '', model: '', choices: [] };
    const chunk = { model: 'a/b-2026', provider: 'Somebody', ...choice({ content: 'x' }) };
    expect(read(first, chunk, chunk).events).toEqual([
      { type: 'served', model: 'a/b-2026', by: 'Somebody' },
      text('xx'),
    ]);
    expect(read({ model: 'm', choices: [] }).events).toEqual([{ type: 'served', model: 'm' }]);
  });

  it('reads the cost beside the usage only where that is known to be US dollars', () => {
    const chunk = JSON.stringify({ choices: [], usage: { prompt_tokens: 1, cost: 0.0012345 } });
    const costs = ([undefined, 'usage'] as const).map((cost) => {
      const batch = new EventBatch();
      new OpenaiReader({ providerName: 'X', cost }).read({ event: '', data: chunk }, batch);
      return batch.take().filter(({ type }) => type === 'cost');
    });
    expect(costs).toEqual([[], [{ type: 'cost', microUsd: 1235 }]]);
  });

  it("adds what the vendor charges where OpenRouter calls it with one's own key", () => {
    const costOf = (isByok: boolean) => {
      const batch = new EventBatch();
      const usage = { cost: 0.001, is_byok: isByok, cost_details: { upstream_inference_cost: 0.02 } };
      const data = JSON.stringify({ choices: [], usage });
      new OpenaiReader({ providerName: 'X', cost: 'usage' }).read({ event: '', data }, batch);
      return batch.take().at(-1);
    };
    expect(costOf(true)).toEqual({ type: 'cost', microUsd: 21_000 });
    expect(costOf(false)).toEqual({ type: 'cost', microUsd: 1000 });
  });

  it('reads the trailer of ai&, and nothing else that follows the terminal', () => {
    const reader = new OpenaiReader({ providerName: 'ai&', cost: 'trailer' });
    const batch = new EventBatch();
    for (const data of [
      'garbage',
      'null',
      '{"cost_usd":"1"}',
      '{"request_id":"req-1","cost_usd":0.000018}',
    ]) {
      reader.readTrailer({ event: 'aiand.metadata', data }, batch);
      reader.readTrailer({ event: '', data }, batch);
    }
    expect(batch.take()).toEqual([
      { type: 'call', providerRequestId: 'req-1' },
      { type: 'cost', microUsd: 18 },
    ]);
  });

  it('reads the body of an upstream that did not stream', () => {
    const reader = new OpenaiReader({ providerName: 'OpenAI' });
    const batch = new EventBatch();
    const message = { role: 'assistant', content: 'All of it', reasoning_content: 'hm' };
    reader.readWhole({ choices: [{ index: 0, message, finish_reason: 'length' }] }, batch);
    expect(batch.take()).toEqual([
      { type: 'reasoning-delta', reasoning: 'hm' },
      text('All of it'),
      { type: 'finish', reason: 'length' },
    ]);
    expect(() => reader.readWhole({ error: { code: 402 } }, batch)).toThrowError(
      expect.objectContaining({ code: 'upstream_quota' }),
    );
  });
});
