import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitImport } from './split-import.ts';

describe('splitImport', () => {
  it('keeps every entry, in order, in parts no larger than allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), (entries) => {
        const maxBytes = 60;
        const { parts, tooLarge } = splitImport(JSON.stringify(entries), maxBytes);
        const found = new Map<number, unknown>();
        for (const { body, indexes } of parts) {
          expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(maxBytes);
          const held: unknown[] = JSON.parse(body);
          expect(held).toHaveLength(indexes.length);
          for (const [at, entry] of held.entries()) found.set(indexes[at]!, entry);
        }
        const expected = entries.flatMap((entry, index) =>
          tooLarge.includes(index) ? [] : [[index, entry]],
        );
        expect([...found]).toEqual(expected);
      }),
    );
  });

  it('names entries that are too large by themselves', () => {
    const { parts, tooLarge } = splitImport(JSON.stringify(['a', 'x'.repeat(100), 'b']), 50);
    expect(tooLarge).toEqual([1]);
    expect(parts).toEqual([{ body: '["a","b"]', indexes: [0, 2] }]);
  });

  it('refuses what is no list', () => {
    expect(() => splitImport('{}')).toThrow(SyntaxError);
    expect(() => splitImport('no')).toThrow(SyntaxError);
  });
});
