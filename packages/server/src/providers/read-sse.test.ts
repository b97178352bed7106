import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SseEvent, SseReader } from './read-sse.ts';

/** Reads bytes in pieces that end at `cuts`. */
function read(bytes: Buffer, cuts: readonly number[] = []): SseEvent[] {
  const reader = new SseReader();
  const bounds = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const events = bounds.slice(1).flatMap((end, index) => reader.push(bytes.subarray(bounds[index], end)));
  return [...events, ...reader.end()];
}

function data(text: string): string[] {
  return read(Buffer.from(text)).map((event) => event.data);
}

describe('SseReader', () => {
  it('reads LF, CRLF and CR alike, at every split', () => {
    const text =
      '\ufeff: hello\n\nevent: a\ndata: {"x":"ü 👩‍👩‍👧 你好"}\n\nid: 3\ndata:two\ndata: lines\n\ndata\n\n';
    const expected = [
      { event: 'a', data: '{"x":"ü 👩‍👩‍👧 你好"}' },
      { event: '', data: 'two\nlines' },
      { event: '', data: '' },
    ];
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const bytes = Buffer.from(text.replaceAll('\n', lineEnd));
      expect(read(bytes)).toEqual(expected);
      expect(read(bytes, Array.from(bytes.keys()))).toEqual(expected);
      for (let cut = 0; cut <= bytes.length; cut += 1) expect(read(bytes, [cut])).toEqual(expected);
    }
  });

  it('gives the same events for any pieces of any mixture of lines', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        ':',
        ': ping',
        'data',
        'data:',
        'data: x',
        'event: e',
        'event',
        'database: no',
        ' data: no',
      ),
      fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    );
    const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')));
    fc.assert(
      fc.property(lines, fc.array(fc.nat()), (parts, cuts) => {
        const bytes = Buffer.from(parts.flat().join(''));
        expect(read(bytes, cuts)).toEqual(read(bytes));
      }),
    );
  });

  it('neither throws nor hangs on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (bytes, cuts) => {
        expect(read(Buffer.from(bytes), cuts)).toEqual(read(Buffer.from(bytes)));
      }),
    );
  });

  it('drops one space after the colon, and only one', () => {
    expect(data('data:  two\n\ndata:none\n\n')).toEqual([' two', 'none']);
  });

  it('forgets the name of an event at a blank line, with or without data', () => {
    expect(read(Buffer.from('event: a\n\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n'))).toEqual([
      { event: '', data: '1' },
      { event: 'b', data: '2' },
      { event: '', data: '3' },
    ]);
  });

  it('takes a field only by its whole name', () => {
    expect(data('database: 1\n\ndat: 2\n\nDATA: 3\n\n data: 4\n\ndata: 5\n\n')).toEqual(['5']);
  });

  it('strips a byte order mark at the very beginning only', () => {
    expect(data('\ufeffdata: 1\n\n\ufeffdata: 2\n\ndata: \ufeff3\n\n')).toEqual(['1', '\ufeff3']);
  });

  it.each([
    ['data: [DONE]', ['[DONE]']],
    ['data:[DONE]\n', ['[DONE]']],
    ['data: {"a":1}', ['{"a":1}']],
    ['data: {"a":', []],
    ['data: [DO', []],
    ['event: x', []],
    ['', []],
  ])('takes the last event of %j, which has no blank line, only if it is whole', (text, expected) => {
    expect(data(text)).toEqual(expected);
  });

  it('reads a large event in small pieces in linear time', () => {
    const bytes = Buffer.from(`data: ${'x'.repeat(4 * 1024 * 1024)}\n\n`);
    const reader = new SseReader();
    const before = performance.now();
    let events: SseEvent[] = [];
    for (let at = 0; at < bytes.length; at += 256) events = reader.push(bytes.subarray(at, at + 256));
    expect(events[0]?.data.length).toBe(4 * 1024 * 1024);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each([
    ['one endless line', 'data: ', 'x'.repeat(65_536)],
    ['a line without end or field', '', 'x'.repeat(65_536)],
    ['endless data lines', '', `data: ${'x'.repeat(1000)}\n`.repeat(60)],
  ])('refuses more than 8 MiB of one event: %s', (_what, start, piece) => {
    const reader = new SseReader();
    const feed = () => {
      reader.push(Buffer.from(start));
      for (let sent = 0; sent < 9 * 1024 * 1024; sent += piece.length) reader.push(Buffer.from(piece));
    };
    expect(feed).toThrowError(expect.objectContaining({ code: 'upstream_too_large' }));
  });

  it('lets comments go on for ever', () => {
    const reader = new SseReader();
    const comments = Buffer.from(`: ${'x'.repeat(1000)}\n`.repeat(60));
    for (let sent = 0; sent < 9 * 1024 * 1024; sent += comments.length)
      expect(reader.push(comments)).toEqual([]);
  });
});
