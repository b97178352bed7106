import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

const encode = (text: string) => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('gives its place back', () => {
    const place = [0, Number.MAX_SAFE_INTEGER, 'a-b_C9'] as const;
    expect(decodeCursor(encodeCursor(place), ['number', 'number', 'id'])).toEqual(place);
  });

  it.each([
    '',
    'null',
    '{}',
    '1',
    '[]',
    '[1]',
    '[1,"a",2]',
    '["a",1]',
    '[1.5,"a"]',
    '[-1,"a"]',
    '[1e300,"a"]',
    '[9007199254740992,"a"]',
    '["1","a"]',
    '[null,"a"]',
    '[true,"a"]',
    '[1,""]',
    '[1,"a\\u0000"]',
    '[1,"\\ud800"]',
    '[1,"a\\n"]',
    '[1,["a"]]',
    `[1,"${'a'.repeat(101)}"]`,
    '[1,"a"',
  ])('is refused by name, when it says %s', (text) => {
    expect(() => decodeCursor(encode(text), ['number', 'id'])).toThrow(
      expect.objectContaining({ code: 'invalid_cursor', message: expect.stringContaining('cursor') }),
    );
  });
});
