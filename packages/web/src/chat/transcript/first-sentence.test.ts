import { describe, expect, it } from 'vitest';
import { firstSentence } from './first-sentence.ts';

describe('firstSentence', () => {
  it.each([
    ['One thing. And another.', 'One thing.'],
    ['# A **bold** title\n\nAnd text.', 'A bold title'],
    ['See [the book](https://example.com), please! Now.', 'See the book, please!'],
    ['```ts\nconst a = 1;\n```\n\nThat was code. More.', 'That was code.'],
    ['```ts\nnever closed', ''],
    ['- `first` item\n- second item', 'first item second item'],
    ['| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter the table.', 'After the table.'],
    ['これは文です。次の文です。', 'これは文です。'],
    ['snake_case_name stays. Yes.', 'snake_case_name stays.'],
    ['', ''],
  ])('of %j is %j', (markdown, sentence) => {
    expect(firstSentence(markdown)).toBe(sentence);
  });

  it('is never long, and looks at the beginning alone', () => {
    expect(firstSentence('word '.repeat(100_000)).length).toBeLessThanOrEqual(200);
  });
});
