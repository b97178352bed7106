import { describe, expect, it } from 'vitest';
import { PartialLine } from './partial-line.ts';

describe('PartialLine', () => {
  it('gives back what it was given, in however many pieces, and begins anew', () => {
    const line = new PartialLine();
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
    for (let at = 0; at < bytes.length; at += 1) line.keep(bytes.subarray(at, at + 1));
    expect(line.take(Buffer.from('end'))).toEqual(Buffer.concat([bytes, Buffer.from('end')]));
    expect(line.take(Buffer.from('next')).toString()).toBe('next');
  });

  it('refuses more than 8 MiB', () => {
    const line = new PartialLine();
    const mebibyte = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 8; count += 1) line.keep(mebibyte);
    expect(() => line.keep(Buffer.of(0))).toThrowError(
      expect.objectContaining({ code: 'upstream_too_large' }),
    );
  });
});
