import { describe, expect, it } from 'vitest';
import { EventBatch } from '../event-batch.ts';
import type { ProviderEvent } from '../provider.ts';
import { OllamaReader } from './read-chunk.ts';

/** Reads lines, or strings as they are, and then the end of the body. */
function read(...lines: (object | string | null)[]): { events: readonly ProviderEvent[]; hasEnded: boolean } {
  const reader = new OllamaReader({ providerName: 'Ollama' });
  const batch = new EventBatch();
  for (const line of lines) {
    reader.read({ event: '', data: typeof line === 'string' ? line : JSON.stringify(line) }, batch);
  }
  if (!reader.hasEnded) reader.end();
  return { events: batch.take(), hasEnded: reader.hasEnded };
}

const says = (message: object) => ({ message: { role: 'assistant', ...message }, done: false });
const done = (fields: object = {}) => ({
  message: { content: '' },
  done: true,
  done_reason: 'stop',
  ...fields,
});
const finish = (reason: string) => ({ type: 'finish', reason });

describe('OllamaReader', () => {
  it('reads thinking and content, merged while they are of one kind', () => {
    expect(
      read(
        says({ content: '', thinking: 'Let me ' }),
        says({ content: '', thinking: 'see.' }),
        says({ content: 'Of ' }),
        says({ content: 'course.' }),
        done(),
      ).events,
    ).toEqual([
      { type: 'reasoning-delta', reasoning: 'Let me see.' },
      { type: 'text-delta', text: 'Of course.' },
      finish('complete'),
    ]);
  });

  it('reads lines without a message, or with calls of tools', () => {
    const odd = [{}, null, { message: null }, says({ content: null }), says({ tool_calls: [{}] })];
    expect(read(...odd, done()).events).toEqual([finish('complete')]);
  });

  it.each([
    ['stop', 'complete'],
    ['length', 'length'],
    ['load', 'complete'],
    ['a_future_reason', 'complete'],
    [undefined, 'complete'],
  ])('reads done_reason %s as %s', (doneReason, reason) => {
    expect(read(done({ done_reason: doneReason })).events).toEqual([finish(reason)]);
  });

  it('is not at its end before done', () => {
    expect(read(says({ content: 'a' })).hasEnded).toBe(false);
    expect(read(says({ content: 'a' }), done(), says({ content: 'b' })).events).toEqual([
      { type: 'text-delta', text: 'a' },
      finish('complete'),
    ]);
  });

  it.each([
    ['both counts', { prompt_eval_count: 11, eval_count: 7 }, [11, 7, 'provider']],
    ['no count of a prompt in the cache', { eval_count: 7 }, [0, 7, 'estimated']],
  ])('reads usage with %s', (_what, counts, [inputTokens, outputTokens, source]) => {
    const usage = { inputTokens, outputTokens, source, cacheReadTokens: 0, cacheWriteTokens: 0 };
    expect(read(done(counts)).events[0]).toEqual({ type: 'usage', usage: { ...usage, reasoningTokens: 0 } });
  });

  it.each([[{}], [{ prompt_eval_count: 0, eval_count: 0 }], [{ prompt_eval_count: -1, eval_count: 0.4 }]])(
    'takes %j for no usage',
    (counts) => {
      expect(read(done(counts)).events).toEqual([finish('complete')]);
    },
  );

  it.each([
    ['an error was encountered while running the model', 'upstream_error'],
    ['the input length exceeds the context length', 'context_length_exceeded'],
    [{ message: 'x', type: 'overloaded' }, 'upstream_overloaded'],
    [{}, 'upstream_error'],
  ])('throws for the error %j', (error, code) => {
    expect(() => read(says({ content: 'a' }), { error })).toThrowError(expect.objectContaining({ code }));
  });

  it('tells once which model answers: that of the cloud where there is one', () => {
    const local = { model: 'qwen3:8b', ...says({ content: 'a' }) };
    expect(read(local, local).events.filter(({ type }) => type === 'served')).toEqual([
      { type: 'served', model: 'qwen3:8b' },
    ]);
    expect(read({ ...local, remote_model: 'kimi-k2' }).events).toContainEqual({
      type: 'served',
      model: 'kimi-k2',
    });
  });

  it('reads the body of a proxy that does not stream', () => {
    const reader = new OllamaReader({ providerName: 'Ollama' });
    const batch = new EventBatch();
    reader.readWhole(
      done({ message: { content: 'All of it', thinking: 'hm' }, done_reason: 'length' }),
      batch,
    );
    expect(batch.take()).toEqual([
      { type: 'reasoning-delta', reasoning: 'hm' },
      { type: 'text-delta', text: 'All of it' },
      finish('length'),
    ]);
  });
});
