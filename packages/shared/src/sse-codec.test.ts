import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRunEvent } from './run-event.arbitrary.ts';
import { type SequencedEvent } from './run-event.ts';
import { SSE_HEARTBEAT, createSseDecoder, encodeSseFrame } from './sse-codec.ts';

function splitBytes(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const positions = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...positions].map((start, index) => bytes.subarray(start, positions[index] ?? bytes.length));
}

function decodeAll(chunks: Uint8Array[]): SequencedEvent[] {
  const decoder = createSseDecoder();
  return chunks.flatMap((chunk) => decoder.decode(chunk));
}

const encode = (frames: string) => new TextEncoder().encode(frames);

describe('the SSE codec', () => {
  it('gives back every event at any byte split, heartbeats in between', () => {
    const stream = fc.array(arbitraryRunEvent, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 30 }), (events, cuts) => {
        const frames = events.map((event, index) => encodeSseFrame(index + 1, JSON.stringify(event)));
        const chunks = splitBytes(encode(frames.join(SSE_HEARTBEAT)), cuts);
        expect(decodeAll(chunks)).toEqual(events.map((event, index) => ({ seq: index + 1, event })));
      }),
      { numRuns: 500 },
    );
  });

  it('gives back every event when the bytes come one by one', () => {
    const events = [{ type: 'text-delta' as const, text: '漢字 😀\r\n\r\ndata: {"done":true}' }];
    const frames = encode(
      events.map((event, index) => encodeSseFrame(index + 1, JSON.stringify(event))).join(''),
    );
    const decoded = decodeAll([...frames].map((byte) => Uint8Array.of(byte)));
    expect(decoded.map(({ event }) => event)).toEqual(events);
  });

  it('writes one id line and one data line whatever the text holds', () => {
    fc.assert(
      fc.property(arbitraryRunEvent, (event) => {
        const lines = encodeSseFrame(7, JSON.stringify(event)).split(/\r\n|\r|\n/);
        expect(lines).toHaveLength(4);
        expect(lines[0]).toBe('id: 7');
        expect(lines[1]?.startsWith('data: {')).toBe(true);
        expect(lines.slice(2)).toEqual(['', '']);
      }),
    );
  });

  it('ignores types and fields it does not know', () => {
    const frames =
      encodeSseFrame(1, '{"type":"tool-call","name":"x"}') +
      encodeSseFrame(2, '{"type":"text-delta","text":"a","extra":1}');
    expect(decodeAll([encode(frames)])).toEqual([{ seq: 2, event: { type: 'text-delta', text: 'a' } }]);
  });

  it('refuses a frame that never ends', () => {
    const decoder = createSseDecoder();
    const megabyte = encode('x'.repeat(1024 * 1024));
    decoder.decode(encode('data: '));
    expect(() => {
      for (let i = 0; i < 20; i += 1) decoder.decode(megabyte);
    }).toThrow(expect.objectContaining({ code: 'upstream_too_large' }));
  });

  it('refuses a known event without its fields', () => {
    expect(() => decodeAll([encode(encodeSseFrame(1, '{"type":"text-delta"}'))])).toThrow();
  });
});
