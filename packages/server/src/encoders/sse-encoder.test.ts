import { expect, it } from 'vitest';
import { sseEncoder } from './sse-encoder.ts';

it('wraps each event in a frame of its own, in order', () => {
  const frames = sseEncoder.encode([
    { seq: 1, json: '{"type":"text-delta","text":"a"}' },
    { seq: 2, json: '{"done":true}' },
  ]);
  expect(frames).toBe('id: 1\ndata: {"type":"text-delta","text":"a"}\n\nid: 2\ndata: {"done":true}\n\n');
});
