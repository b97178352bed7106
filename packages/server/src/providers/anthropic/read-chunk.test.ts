import { describe, expect, it } from 'vitest';
import { EventBatch } from '../event-batch.ts';
import type { ProviderEvent } from '../provider.ts';
import { AnthropicReader } from './read-chunk.ts';

function read(...chunks: object[]): { events: readonly ProviderEvent[]; hasEnded: boolean } {
  const reader = new AnthropicReader({ providerName: 'Anthropic' });
  const batch = new EventBatch();
  for (const chunk of chunks) reader.read({ event: '', data: JSON.stringify(chunk) }, batch);
  return { events: batch.take(), hasEnded: reader.hasEnded };
}

const text = (value: unknown) => ({
  type: 'content_block_delta',
  delta: { type: 'text_delta', text: value },
});
const stop = { type: 'message_stop' };
const stopFor = (reason: string) => [{ type: 'message_delta', delta: { stop_reason: reason } }, stop];

describe('AnthropicReader', () => {
  it('reads text and thinking, and skips what it does not know', () => {
    const { events } = read(
      { type: 'content_block_start', content_block: { type: 'thinking', thinking: '' } },
      { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', delta: { type: 'signature_delta', signature: 'zzz' } },
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{"a"' } },
      { type: 'content_block_delta', delta: { type: 'future_delta', text: 'no' } },
      { type: 'content_block_start', content_block: { type: 'future_block', text: 'no' } },
      { type: 'future_event', delta: { type: 'text_delta', text: 'no' } },
      { type: 'content_block_delta', delta: null },
      { type: 'ping' },
      text(null),
      text('yes'),
    );
    expect(events).toEqual([
      { type: 'reasoning-delta', reasoning: 'hm' },
      { type: 'text-delta', text: 'yes' },
    ]);
  });

  it.each([
    ['end_turn', 'complete'],
    ['stop_sequence', 'complete'],
    ['tool_use', 'complete'],
    ['pause_turn', 'complete'],
    ['a_future_reason', 'complete'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'refused'],
  ])('reads stop_reason %s as %s', (stopReason, reason) => {
    expect(read(...stopFor(stopReason)).events.at(-1)).toEqual({ type: 'finish', reason });
  });

  it('takes nothing but message_stop for the end', () => {
    expect(read(text('a'), { type: 'message_delta', delta: { stop_reason: 'end_turn' } }).hasEnded).toBe(
      false,
    );
    const { events, hasEnded } = read(text('a'), stop, text('b'), stop, { type: 'error', error: {} });
    expect(hasEnded).toBe(true);
    expect(events).toEqual([
      { type: 'text-delta', text: 'a' },
      { type: 'finish', reason: 'complete' },
    ]);
  });

  it('counts caches as input, and lets later counts replace earlier ones', () => {
    const { events } = read(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          usage: {
            input_tokens: 10,
            cache_read_input_tokens: 5,
            cache_creation_input_tokens: 3,
            output_tokens: 8,
          },
        },
      },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 20 } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: {
          input_tokens: 11,
          cache_read_input_tokens: null,
          output_tokens: 30,
          output_tokens_details: { thinking_tokens: 4 },
        },
      },
    );
    const known = { cacheReadTokens: 5, cacheWriteTokens: 3, reasoningTokens: 0 };
    expect(events).toEqual([
      { type: 'call', providerRequestId: 'msg_1' },
      { type: 'usage', usage: { ...known, inputTokens: 18, outputTokens: 0, source: 'estimated' } },
      { type: 'usage', usage: { ...known, inputTokens: 18, outputTokens: 20, source: 'provider' } },
      {
        type: 'usage',
        usage: { ...known, inputTokens: 19, outputTokens: 30, reasoningTokens: 4, source: 'provider' },
      },
    ]);
  });

  it.each([[{}], [{ input_tokens: 0, output_tokens: 0 }]])(
    'takes %j for no usage, and does not say that the output was counted',
    (usage) => {
      const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage };
      expect(read({ type: 'message_start', message: { usage } }, end).events).toEqual([]);
      const started = { type: 'message_start', message: { usage: { input_tokens: 9 } } };
      expect(read(started, { ...end, usage: {} }).events).toMatchObject([
        { usage: { inputTokens: 9, source: 'estimated' } },
        { usage: { inputTokens: 9, source: 'estimated' } },
      ]);
    },
  );

  it('tells once which model answers', () => {
    const start = { type: 'message_start', message: { model: 'claude-x-2026', usage: null } };
    const { events } = read(start, start);
    expect(events.filter(({ type }) => type !== 'usage')).toEqual([
      { type: 'served', model: 'claude-x-2026' },
    ]);
  });

  it.each([
    ['overloaded_error', 'upstream_overloaded'],
    ['rate_limit_error', 'upstream_rate_limited'],
    ['api_error', 'upstream_error'],
    ['timeout_error', 'upstream_error'],
  ])('throws for an error event of type %s', (type, code) => {
    const chunk = { type: 'error', error: { type, message: 'sk-canary' } };
    expect(() => read(text('a'), chunk)).toThrowError(expect.objectContaining({ code }));
    expect(() => read(chunk)).not.toThrowError(/canary/);
  });

  it('reads the body of an upstream that did not stream', () => {
    const reader = new AnthropicReader({ providerName: 'Anthropic', hasCall: true });
    const batch = new EventBatch();
    reader.readWhole(
      {
        type: 'message',
        id: 'msg_1',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'All of it' },
          { type: 'tool_use' },
        ],
        stop_reason: 'max_tokens',
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      batch,
    );
    const events = batch.take();
    expect(events.filter(({ type }) => type !== 'usage')).toEqual([
      { type: 'reasoning-delta', reasoning: 'hm' },
      { type: 'text-delta', text: 'All of it' },
      { type: 'finish', reason: 'length' },
    ]);
    expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({
      usage: { inputTokens: 1, outputTokens: 2 },
    });
  });

  it('finds no end in a body of another kind', () => {
    const reader = new AnthropicReader({ providerName: 'Anthropic' });
    for (const body of [null, 7, [], {}, { type: 'completion' }]) reader.readWhole(body, new EventBatch());
    expect(reader.hasEnded).toBe(false);
    const error = { type: 'error', error: { type: 'overloaded_error' } };
    expect(() => reader.readWhole(error, new EventBatch())).toThrowError(
      expect.objectContaining({ code: 'upstream_overloaded' }),
    );
  });
});
