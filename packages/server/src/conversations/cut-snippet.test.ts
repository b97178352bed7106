import { describe, expect, it } from 'vitest';
import { cutSnippet } from './cut-snippet.ts';

const marked = async (text: string, query: string) => {
  const snippet = await cutSnippet(text, query);
  return snippet && snippet.highlights.map(([start, end]) => snippet.text.slice(start, end));
};

describe('cutSnippet', () => {
  it('marks the words looked for, each at its place, whatever stands before them', async () => {
    const text = `${'word '.repeat(100)}Crème\n\nbrûlée 👩‍👩‍👧 and créme again`;
    const snippet = await cutSnippet(text, 'creme');
    expect(snippet?.text.startsWith('…')).toBe(true);
    expect(snippet?.text).not.toContain('\n');
    expect(await marked(text, 'creme')).toEqual(['Crème', 'créme']);
    expect(await marked('Ｆｕｌｌ width', 'full')).toEqual(['Ｆｕｌｌ']);
  });

  it('is at most some 160 characters, and cuts none in two', async () => {
    for (const text of [`hit ${'x'.repeat(500)}`, `${'😀'.repeat(60)} hit ${'😀'.repeat(200)}`]) {
      const snippet = await cutSnippet(text, 'hit');
      expect(snippet?.text.length).toBeLessThanOrEqual(163);
      expect(snippet?.text.isWellFormed()).toBe(true);
      expect(await marked(text, 'hit')).toEqual(['hit']);
    }
  });

  it('is null unless the text has all of the words', async () => {
    expect(await cutSnippet('one two', 'one three')).toBeNull();
    expect(await cutSnippet('機関 学習', '機械')).toBeNull();
    expect(await cutSnippet('', 'one')).toBeNull();
  });

  it('marks the longer of two words that begin alike, and finds both in one', async () => {
    expect(await marked('a quokka', 'qu quok')).toEqual(['quokka']);
  });

  it('finds a word far down a long text', async () => {
    expect(await marked(`${'filler '.repeat(50_000)}needle`, 'needle')).toEqual(['needle']);
  });

  it('finds and marks what stands anywhere in a run of any length', async () => {
    for (let before = 1010; before < 1030; before += 1) {
      const text = `${'漢'.repeat(before)}東京都に住んでいます${'字'.repeat(3000)}`;
      expect(await marked(text, '東京都に住んでいます')).toEqual(['東京都に住んでいます']);
      const second = `${'漢'.repeat(before - 512)}東京都に${text}`;
      expect(await marked(second, '住んでいます')).toEqual(['住んでいます']);
    }
  });
});
