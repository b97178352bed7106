import { afterEach, describe, expect, it, vi } from 'vitest';
import { findWords, findWordsInSlices } from './find-words.ts';
import { collectWords, indexWords, queryWords } from './search-words.ts';

const han = (length: number) =>
  Array.from({ length }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000))).join('');

/** What an expression, a normalisation or an event loop may choke on, in a million code units. */
const hostile: Record<string, string> = {
  'one run': '漢'.repeat(1_000_000),
  'a run of two code units each': '𠀀'.repeat(500_000),
  'one word': 'a'.repeat(1_000_000),
  'one word with accents': 'é'.repeat(1_000_000),
  'a letter with all the marks': `a${'\u0301\u0316'.repeat(500_000)}`,
  'words of a letter with many marks': `a${'\u0301\u0316'.repeat(100)} `.repeat(5000),
  'a run with all the marks': `か${'\u3099\u0e38ﾞ'.repeat(300_000)}`,
  'letters that stand for phrases': '\ufdfa '.repeat(500_000),
  'no word at all': ' '.repeat(1_000_000),
};

describe('findWords', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(Object.entries(hostile))('does little work at a time: %s', (_name, text) => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    let last = 0;
    let longest = 0;
    for (const { end } of findWordsInSlices(text)) {
      longest = Math.max(longest, end - last);
      last = end;
    }
    expect(last).toBe(text.length);
    expect(longest).toBeLessThan(5000);
    const normalized = normalize.mock.contexts.map(String);
    expect(normalized.filter(({ length }) => length > 5000)).toEqual([]);
    expect(normalized.filter((each) => /[\p{M}ﾞﾟ]{31}/u.test(each))).toEqual([]);
  });

  it('gives others their turn while the words of a long text are collected', async () => {
    for (const text of Object.values(hostile)) {
      let turns = 0;
      let others = setImmediate(function turn() {
        turns += 1;
        others = setImmediate(turn);
      });
      await collectWords(text);
      clearImmediate(others);
      expect(turns).toBeGreaterThan(100);
    }
  });

  it('takes runs and words of millions of characters', async () => {
    const counts = { 漢: 2, é: 1, a: 1, '\u0301': 0 };
    for (const [character, count] of Object.entries(counts)) {
      expect(await collectWords(character.repeat(3_000_000))).toHaveLength(count);
    }
  });

  it('leaves out no pair of a run that is looked at in pieces, wherever it is cut', () => {
    const run = han(5000);
    const words = new Set(indexWords(run));
    for (let at = 0; at + 2 <= run.length; at += 1) expect(words).toContain(run.slice(at, at + 2));
    const voiced = 'か\u3099'.repeat(3000);
    for (const shift of ['', 'あ', 'ああ']) {
      const found = new Set(indexWords(shift + voiced));
      expect(found).toContain('がが');
      expect(found.size).toBeLessThan(8);
    }
  });

  it('has every query whole in one of the pieces of a run', () => {
    const run = han(5000);
    const pieces = [...findWords(run)];
    expect(pieces.length).toBeGreaterThan(4);
    for (let at = 0; at + 500 <= run.length; at += 1) {
      const query = run.slice(at, at + 500);
      expect(pieces.some(({ start, word }) => word.startsWith(query, at - start))).toBe(true);
    }
  });

  it('knows a long word by its beginning alone, and where the next one begins', () => {
    const text = `${'long'.repeat(1000)} next`;
    expect([...findWords(text)].map(({ word }) => word)).toEqual(['long'.repeat(16), 'next']);
    expect([...findWords(`${'x'.repeat(256)}漢字`)].map(({ word }) => word)).toEqual([
      'x'.repeat(64),
      '漢字',
    ]);
  });

  it('finds a letter by itself, however many marks it has', async () => {
    const text = `z${'\u0301\u0316'.repeat(1000)} ${'h\u0301\u0316\u0323e\u0334\u0301l\u0322l\u0301o\u0316'} end`;
    expect(await collectWords(text)).toEqual(['z', 'hello', 'end']);
    expect(queryWords('hello')).toEqual(['hello']);
  });
});
