import { describe, expect, it } from 'vitest';
import { EventBatch } from '../event-batch.ts';
import type { ProviderEvent } from '../provider.ts';
import { GeminiReader } from './read-chunk.ts';

interface Read {
  events: readonly ProviderEvent[];
  hasEnded: boolean;
}

/** Reads chunks, or strings as they are, and then the end of the body. */
function read(...chunks: (object | string | null)[]): Read {
  const reader = new GeminiReader({ providerName: 'Google Gemini' });
  const batch = new EventBatch();
  readAll(reader, { batch, chunks });
  if (!reader.hasEnded) reader.end(batch);
  return { events: batch.take(), hasEnded: reader.hasEnded };
}

function readAll(
  reader: GeminiReader,
  { batch, chunks }: { batch: EventBatch; chunks: readonly (object | string | null)[] },
): void {
  for (const chunk of chunks) {
    reader.read({ event: '', data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }, batch);
  }
}

const candidate = (fields: object) => ({ candidates: [{ index: 0, ...fields }] });
const says = (...parts: unknown[]) => candidate({ content: { role: 'model', parts } });
const ends = (finishReason: string) => candidate({ finishReason });
const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 5, thoughtsTokenCount: 20 };
const finish = (reason: string) => ({ type: 'finish', reason });
const text = (value: string) => ({ type: 'text-delta', text: value });

describe('GeminiReader', () => {
  it('reads thoughts and text, and drops signatures and parts of other kinds', () => {
    expect(
      read(
        says({ text: 'Let me see.', thought: true }),
        says({ functionCall: { name: 'f' } }, { inlineData: {} }, null),
        says({ text: 'Of ' }, { text: 'course.' }),
        says({ text: '', thoughtSignature: 'c2ln' }),
        ends('STOP'),
      ).events,
    ).toEqual([
      { type: 'reasoning-delta', reasoning: 'Let me see.' },
      text('Of course.'),
      finish('complete'),
    ]);
  });

  it('reads chunks without candidates, content or parts', () => {
    const odd = [
      {},
      null,
      { candidates: null },
      { candidates: [] },
      candidate({}),
      candidate({ content: {} }),
    ];
    expect(read(...odd, says({ text: 'a' }), ends('STOP')).events).toEqual([text('a'), finish('complete')]);
  });

  it('reads only the first candidate', () => {
    const other = { index: 1, content: { parts: [{ text: 'no' }] }, finishReason: 'STOP' };
    expect(read({ candidates: [other] })).toEqual({ events: [], hasEnded: false });
  });

  it.each([
    ['STOP', 'complete'],
    ['OTHER', 'complete'],
    ['A_FUTURE_REASON', 'complete'],
    ['constructor', 'complete'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'refused'],
    ['RECITATION', 'refused'],
    ['PROHIBITED_CONTENT', 'refused'],
  ])('reads finishReason %s as %s', (finishReason, reason) => {
    expect(read(ends(finishReason)).events).toEqual([finish(reason)]);
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    'throws for finishReason %s',
    (finishReason) => {
      expect(() => read(ends(finishReason))).toThrowError(
        expect.objectContaining({ code: 'upstream_error' }),
      );
    },
  );

  it('reads a prompt that was blocked as a refusal', () => {
    const promptFeedback = { blockReason: 'SAFETY' };
    const usage = expect.objectContaining({ type: 'usage' });
    expect(read({ promptFeedback }).events).toEqual([finish('refused')]);
    expect(read({ promptFeedback, usageMetadata }).events).toEqual([usage, finish('refused')]);
    expect(read({ promptFeedback: {} })).toEqual({ events: [], hasEnded: false });
  });

  it('ends at once at a reason that comes with usage', () => {
    const reader = new GeminiReader({ providerName: 'Google Gemini' });
    const batch = new EventBatch();
    readAll(reader, { batch, chunks: [{ ...ends('STOP'), usageMetadata }, says({ text: 'late' })] });
    expect(reader.hasEnded).toBe(true);
    expect(batch.take().map(({ type }) => type)).toEqual(['usage', 'finish']);
  });

  it('waits after a reason alone: for the usage, or the end of the body', () => {
    const reader = new GeminiReader({ providerName: 'Google Gemini' });
    const batch = new EventBatch();
    readAll(reader, { batch, chunks: [ends('MAX_TOKENS'), says({ text: 'late' })] });
    expect(reader.hasEnded).toBe(false);
    readAll(reader, { batch, chunks: [{ usageMetadata }] });
    expect(batch.take().map(({ type }) => type)).toEqual(['usage', 'finish']);
    expect(read(ends('STOP'), '[DONE]')).toEqual({ events: [finish('complete')], hasEnded: true });
  });

  it('is not at its end without a reason, [DONE] or not', () => {
    expect(read(says({ text: 'a' }), ends('FINISH_REASON_UNSPECIFIED'), '[DONE]')).toEqual({
      events: [text('a')],
      hasEnded: false,
    });
  });

  it.each([
    [{ code: 503, status: 'UNAVAILABLE' }, 'upstream_overloaded'],
    [{ code: 429, message: 'slow down' }, 'upstream_rate_limited'],
    [{ status: 'RESOURCE_EXHAUSTED' }, 'upstream_rate_limited'],
    [{ status: 'INTERNAL' }, 'upstream_error'],
    ['broken', 'upstream_error'],
  ])('throws for the error %j, after text and after a reason alone', (error, code) => {
    expect(() => read(says({ text: 'a' }), ends('STOP'), { error })).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    [
      'with thoughts, a cache and tools',
      { ...usageMetadata, toolUsePromptTokenCount: 3, cachedContentTokenCount: 4 },
      { inputTokens: 12, outputTokens: 25, cacheReadTokens: 4, reasoningTokens: 20 },
    ],
    [
      'of a prompt alone',
      { promptTokenCount: 9, totalTokenCount: 9 },
      { inputTokens: 9, outputTokens: 0, cacheReadTokens: 0, reasoningTokens: 0 },
    ],
  ])('reads usage %s', (_what, said, usage) => {
    expect(read({ usageMetadata: said }).events).toEqual([
      { type: 'usage', usage: { ...usage, cacheWriteTokens: 0, source: 'provider' } },
    ]);
  });

  it.each([
    [{}],
    [{ trafficType: 'ON_DEMAND' }],
    [{ promptTokenCount: 0, candidatesTokenCount: 0 }],
    [{ promptTokenCount: '9', candidatesTokenCount: -1, thoughtsTokenCount: null }],
  ])('takes %j for no usage, and waits for one', (said) => {
    const reader = new GeminiReader({ providerName: 'Google Gemini' });
    const batch = new EventBatch();
    readAll(reader, { batch, chunks: [{ ...ends('STOP'), usageMetadata: said }] });
    expect(reader.hasEnded).toBe(false);
    expect(batch.take()).toEqual([]);
    readAll(reader, { batch, chunks: [{ usageMetadata }, { usageMetadata: said }] });
    expect(batch.take().map(({ type }) => type)).toEqual(['usage', 'finish']);
  });

  it('reads usage that follows the end, and nothing else of it', () => {
    const reader = new GeminiReader({ providerName: 'Google Gemini' });
    const batch = new EventBatch();
    for (const data of [
      '[DONE]',
      JSON.stringify({ usageMetadata }),
      JSON.stringify(says({ text: 'late' })),
    ]) {
      reader.readTrailer({ event: '', data }, batch);
    }
    expect(batch.take().map(({ type }) => type)).toEqual(['usage']);
  });

  it('tells the id of the call and the model that answers once', () => {
    const named = { responseId: 'r1', modelVersion: 'gemini-3-pro-001' };
    expect(read({ responseId: '', modelVersion: null }, named, named).events).toEqual([
      { type: 'call', providerRequestId: 'r1' },
      { type: 'served', model: 'gemini-3-pro-001' },
    ]);
  });

  it('reads a body that is one list, or one chunk', () => {
    for (const body of [
      [says({ text: 'a' }), ends('MAX_TOKENS')],
      { ...candidate({ finishReason: 'MAX_TOKENS' }) },
    ]) {
      const reader = new GeminiReader({ providerName: 'Google Gemini' });
      const batch = new EventBatch();
      reader.readWhole(body, batch);
      expect(batch.take().at(-1)).toEqual(finish('length'));
    }
  });
});
