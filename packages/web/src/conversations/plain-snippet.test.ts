import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSnippet } from './plain-snippet.ts';

/** Reads and writes hits as `<hit>`. */
function show(marked: string): string {
  const highlights: [number, number][] = [];
  let text = '';
  for (const [, before = '', hit] of marked.matchAll(/([^<]*)(?:<([^>]*)>)?/g)) {
    text += before;
    if (hit === undefined) continue;
    highlights.push([text.length, text.length + hit.length]);
    text += hit;
  }
  const plain = plainSnippet({ messageId: 'm', text, highlights });
  return plain.highlights
    .toReversed()
    .reduce(
      (all, [start, end]) => `${all.slice(0, start)}<${all.slice(start, end)}>${all.slice(end)}`,
      plain.text,
    );
}

describe('plainSnippet', () => {
  it.each([
    ['The **<event> log** is *the* ***truth***.', 'The <event> log is the truth.'],
    ['これは**<重要>**です', 'これは<重要>です'],
    ['_So_ __it__ is, ~~or was~~ `<not>`.', 'So it is, or was <not>.'],
    ['See [the <docs>](https://example.com/a) and ![a cat](cat.png)', 'See the <docs> and a cat'],
    ['## Two <words> ### More', 'Two <words> More'],
    ['| Name | <Age> | |---|:--:| | Ann | 3 |', ' Name  <Age>    Ann  3 '],
    ['Run ```sh npm <start> -- **x** ``` now', 'Run npm <start> -- **x**  now'],
  ])('shows the words of %s', (markdown, plain) => {
    expect(show(markdown)).toBe(plain);
  });

  it.each([
    ['…log** is <whole>, and **the ot…', '…log is <whole>, and the ot…'],
    ['…docs](https://example.com) of <it> and [more](https://exam…', '…docs of <it> and more'],
    ['…part` of <it> and `mo…', '…part of <it> and mo…'],
  ])('drops marks whose other half is cut off: %s', (markdown, plain) => {
    expect(show(markdown)).toBe(plain);
  });

  it.each([
    '2*3 and 4*5 <make> 2 * 13, and 2**3 is 8',
    'a <snake>_case_name - and - a > b, C# 1. 2.',
    'Line [1] of <it> (see below)',
  ])('leaves alone what may be words: %s', (text) => {
    expect(show(text)).toBe(text);
  });

  it('leaves the marks of what was found in them', () => {
    expect(show('[docs](https://<example>.com/a)')).toBe('[docs](https://<example>.com/a)');
    expect(show('`__<init>__` and **so**')).toBe('__<init>__ and so');
  });

  it('never moves a mark off its word, whatever the text', () => {
    const piece = fc.constantFrom(
      '**',
      '*',
      '_',
      '`',
      '```',
      '~~',
      '[',
      '](http://a)',
      '|',
      '#',
      ' ',
      'a',
      '…',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), (before, after) => {
        const [lead, text] = [before.join(''), `${before.join('')}found${after.join('')}`];
        const plain = plainSnippet({ messageId: 'm', text, highlights: [[lead.length, lead.length + 5]] });
        const [[start, end] = [0, 0]] = plain.highlights;
        expect(plain.text.slice(start, end)).toBe('found');
      }),
    );
  });
});
