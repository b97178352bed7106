import { describe, expect, it } from 'vitest';
import { NdjsonReader } from './read-ndjson.ts';

const lines = '{"a":"Schön 👩‍👩‍👧"}\n\n{"b":"你好\\n"}\r\n  \n{"c":1}';

/** @returns the lines of a body that comes in these pieces, to its end */
function read(pieces: readonly Buffer[]): string[] {
  const reader = new NdjsonReader();
  const events = pieces.flatMap((piece) => reader.push(piece));
  return [...events, ...reader.end()].map(({ data }) => data);
}

describe('NdjsonReader', () => {
  const whole = ['{"a":"Schön 👩‍👩‍👧"}', '{"b":"你好\\n"}', '{"c":1}'];

  it('gives the lines of a body, blank ones left out, however it is cut', () => {
    const body = Buffer.from(lines);
    expect(read([body])).toEqual(whole);
    for (let at = 0; at <= body.length; at += 1) {
      expect(read([body.subarray(0, at), body.subarray(at)])).toEqual(whole);
    }
    expect(read([...body].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });

  it('hands a line on as soon as its end is there', () => {
    const reader = new NdjsonReader();
    expect(reader.push(Buffer.from('{"a":1}'))).toEqual([]);
    expect(reader.push(Buffer.from('\n{"b"'))).toEqual([{ event: '', data: '{"a":1}' }]);
  });

  it('takes a last line without its end only if it is whole', () => {
    expect(read([Buffer.from('{"a":1}\n{"b":2')])).toEqual(['{"a":1}']);
    expect(read([Buffer.from('{"a":1}\n{"b":2}')])).toEqual(['{"a":1}', '{"b":2}']);
    expect(read([])).toEqual([]);
  });

  it('refuses a line of more than 8 MiB, and takes one that is smaller', () => {
    const reader = new NdjsonReader();
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 8; count += 1) reader.push(mebibyte);
    expect(() => reader.push(mebibyte)).toThrowError(expect.objectContaining({ code: 'upstream_too_large' }));
    expect(read([mebibyte, Buffer.from('\n')])[0]).toHaveLength(mebibyte.length);
  });
});
