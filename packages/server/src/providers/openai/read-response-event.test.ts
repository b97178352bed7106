import { describe, expect, it } from 'vitest';
import { EventBatch } from '../event-batch.ts';
import type { ProviderEvent } from '../provider.ts';
import { ResponsesReader } from './read-response-event.ts';

/** Reads events, or strings as they are, each numbered as OpenAI numbers them. */
function read(...chunks: (object | string)[]): { events: readonly ProviderEvent[]; hasEnded: boolean } {
  const reader = new ResponsesReader({ providerName: 'OpenAI' });
  const batch = new EventBatch();
  for (const [number, chunk] of chunks.entries()) {
    const data = typeof chunk === 'string' ? chunk : JSON.stringify({ ...chunk, sequence_number: number });
    reader.read({ event: '', data }, batch);
  }
  return { events: batch.take(), hasEnded: reader.hasEnded };
}

const delta = (value: unknown, place: object = { output_index: 0 }) => ({
  type: 'response.output_text.delta',
  ...place,
  delta: value,
});
const ended = (status: string, fields: object = {}) => ({
  type: `response.${status}`,
  response: { status, ...fields },
});
const text = (value: string) => ({ type: 'text-delta', text: value });
const complete = { type: 'finish', reason: 'complete' };

describe('ResponsesReader', () => {
  it('reads deltas, and skips what says them again or is not known', () => {
    const { events } = read(
      { type: 'response.created', response: { id: 'resp_1', model: 'gpt-x' } },
      { type: 'response.in_progress', response: { id: 'resp_1', model: 'gpt-x' } },
      { type: 'response.output_item.added', item: { type: 'message', content: [] } },
      { type: 'keepalive' },
      delta('a'),
      delta('b'),
      delta(null),
      delta('c'),
      { type: 'response.output_text.done', text: 'abc' },
      { type: 'response.function_call_arguments.delta', delta: '{' },
      { type: 'response.of_the_future', delta: 'no' },
      ended('completed', { output: [{ type: 'message', content: [{ type: 'output_text', text: 'abc' }] }] }),
    );
    expect(events).toEqual([
      { type: 'call', providerRequestId: 'resp_1' },
      { type: 'served', model: 'gpt-x' },
      text('abc'),
      complete,
    ]);
  });

  it('puts a blank line between two messages of one answer, and nothing between parts of one', () => {
    const { events } = read(
      delta('I look', { output_index: 0, content_index: 0 }),
      delta(' it up.', { output_index: 0, content_index: 1 }),
      delta('It is', { output_index: 2 }),
      delta(' so.', { output_index: 2 }),
    );
    expect(events).toEqual([text('I look it up.\n\nIt is so.')]);
  });

  it('reads reasoning of both kinds, with a blank line between its parts', () => {
    const summary = (index: number, value: string) => ({
      type: 'response.reasoning_summary_text.delta',
      output_index: 0,
      summary_index: index,
      delta: value,
    });
    const { events } = read(
      summary(0, 'First'),
      summary(0, ' this.'),
      summary(1, 'Then that.'),
      delta('So.', { output_index: 1 }),
      { type: 'response.reasoning_text.delta', output_index: 2, content_index: 0, delta: 'Hm.' },
    );
    expect(events).toEqual([
      { type: 'reasoning-delta', reasoning: 'First this.\n\nThen that.' },
      text('So.'),
      { type: 'reasoning-delta', reasoning: '\n\nHm.' },
    ]);
  });

  it.each([
    ['completed', {}, 'complete'],
    ['incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['incomplete', { incomplete_details: { reason: 'of_the_future' } }, 'length'],
    ['incomplete', { incomplete_details: { reason: 'content_filter' } }, 'refused'],
  ])('reads the terminal %s with %j as %s', (status, fields, reason) => {
    expect(read(ended(status, fields))).toEqual({ events: [{ type: 'finish', reason }], hasEnded: true });
  });

  it('gives the text of a refusal and says that it is one', () => {
    const refusal = { type: 'response.refusal.delta', output_index: 0, delta: 'I cannot.' };
    expect(read(refusal, ended('completed')).events).toEqual([
      text('I cannot.'),
      { type: 'finish', reason: 'refused' },
    ]);
  });

  it('ends at nothing but a terminal, and reads nothing after it', () => {
    expect(read(delta('a'), '[DONE]').hasEnded).toBe(false);
    expect(read(delta('a'), ended('completed'), delta('b'), 'garbage', '[DONE]').events).toEqual([
      text('a'),
      complete,
    ]);
  });

  it.each([
    ['flat', { type: 'error', code: 'server_error', message: 'sk-canary' }, 'upstream_error'],
    ['nested', { type: 'error', error: { code: 'insufficient_quota' } }, 'upstream_quota'],
    [
      'in a failed response',
      ended('failed', { error: { code: 'rate_limit_exceeded' } }),
      'upstream_rate_limited',
    ],
    ['as a failure without a word', ended('failed', { error: null }), 'upstream_error'],
    ['as a cancellation', ended('cancelled'), 'upstream_error'],
  ])('throws for an error that comes %s', (_how, chunk, code) => {
    expect(() => read(delta('a'), chunk)).toThrowError(expect.objectContaining({ code }));
    expect(() => read(chunk)).not.toThrowError(/canary/);
  });

  it('takes the type from the name of the event where the data has none', () => {
    const reader = new ResponsesReader({ providerName: 'OpenAI', hasCall: true });
    const batch = new EventBatch();
    reader.read({ event: 'response.output_text.delta', data: '{"delta":"a"}' }, batch);
    reader.read({ event: 'response.completed', data: '{"response":{"status":"completed"}}' }, batch);
    expect(batch.take()).toEqual([text('a'), complete]);
  });

  it('reads the usage of the terminal', () => {
    const usage = {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 50,
    };
    expect(read(ended('completed', { usage })).events[0]).toEqual({
      type: 'usage',
      usage: {
        inputTokens: 20,
        outputTokens: 30,
        cacheReadTokens: 8,
        cacheWriteTokens: 0,
        reasoningTokens: 12,
        source: 'provider',
      },
    });
  });

  it.each([[{}], [{ input_tokens: 0, output_tokens: 0 }], [{ input_tokens: '20', output_tokens: null }]])(
    'takes %j for no usage',
    (usage) => {
      expect(read(ended('completed', { usage })).events).toEqual([complete]);
    },
  );

  it('reads the body of an upstream that did not stream', () => {
    const reader = new ResponsesReader({ providerName: 'OpenAI', hasCall: true });
    const batch = new EventBatch();
    const message = (value: string) => ({ type: 'message', content: [{ type: 'output_text', text: value }] });
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      message('One.'),
      { type: 'function_call', arguments: '{}' },
      message('Two.'),
    ];
    reader.readWhole({ status: 'completed', model: 'm', output }, batch);
    expect(batch.take()).toEqual([
      { type: 'served', model: 'm' },
      { type: 'reasoning-delta', reasoning: 'hm' },
      text('One.\n\nTwo.'),
      complete,
    ]);
  });

  it('finds no end in a body of another kind', () => {
    const reader = new ResponsesReader({ providerName: 'OpenAI' });
    for (const body of [null, 7, [], {}, { choices: [] }]) reader.readWhole(body, new EventBatch());
    expect(reader.hasEnded).toBe(false);
    expect(() => reader.readWhole({ error: { code: 402 } }, new EventBatch())).toThrowError(
      expect.objectContaining({ code: 'upstream_quota' }),
    );
  });
});
