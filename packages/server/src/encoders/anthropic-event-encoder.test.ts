import { runEndReasons } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { AnthropicEventEncoder } from './anthropic-event-encoder.ts';
import { beginning, encodeAll, end, failed } from './dialects.fixture.ts';

const encode = (events: Parameters<typeof encodeAll>[1], showsThinking = false) =>
  encodeAll(new AnthropicEventEncoder({ showsThinking }), events);

describe('the events of Anthropic', () => {
  it('are as its clients know them', async () => {
    await expect(encode([...beginning, end('complete')])).toMatchFileSnapshot('golden/anthropic-events.txt');
  });

  it('have a block for thoughts, with an empty signature, for who asks', async () => {
    const events = [...beginning, ...beginning.slice(3, 6), end('length')];
    await expect(encode(events, true)).toMatchFileSnapshot('golden/anthropic-thinking.txt');
  });

  it('end with an error, without message_stop, when the answer is cut', async () => {
    const frames = encode([...beginning, failed, end('error')]);
    await expect(frames).toMatchFileSnapshot('golden/anthropic-error.txt');
    expect(frames).not.toContain('message_stop');
  });

  it.each(runEndReasons)('have a stop reason of theirs or an error: %s', (reason) => {
    const stop = { complete: 'end_turn', length: 'max_tokens', refused: 'refusal' }[reason as 'complete'];
    const frames = encode([...beginning, end(reason)]);
    const found = /"stop_reason":"(\w+)"/.exec(frames)?.[1];
    expect(found).toBe(stop);
    expect(frames.includes('event: error')).toBe(stop === undefined);
  });
});
