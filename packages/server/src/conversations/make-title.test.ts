import { describe, expect, it } from 'vitest';
import { cutText } from './cut-text.ts';
import { makeTitle } from './make-title.ts';

describe('makeTitle', () => {
  it.each([
    ['Hello', 'Hello'],
    ['  two\n\n lines\t', 'two lines'],
    [`${'word '.repeat(30)}`, `${'word '.repeat(11)}word…`],
    ['x'.repeat(100), `${'x'.repeat(60)}…`],
    ['東'.repeat(100), `${'東'.repeat(60)}…`],
    ['👩‍👩‍👧'.repeat(70), `${'👩‍👩‍👧'.repeat(60)}…`],
  ])('of %j is %j', (prompt, title) => {
    expect(makeTitle(prompt)).toBe(title);
  });

  it.each(['', ' \n '])('is null of %j', (prompt) => {
    expect(makeTitle(prompt)).toBeNull();
  });
});

describe('cutText', () => {
  it('cuts by characters as people count them', () => {
    expect(cutText('éa', 1)).toBe('é');
    expect(cutText('🇫🇷🇩🇪', 1)).toBe('🇫🇷');
    expect(cutText('abc', 3)).toBe('abc');
  });

  it('stays short whatever is heaped upon one character', () => {
    expect(cutText(`a${'\u0301'.repeat(10_000)}`, 5).length).toBeLessThan(100);
  });
});
