import fc from 'fast-check';
import { Fragment } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMarkCloser } from './close-marks.ts';
import { lexBlock } from './lex-block.ts';
import { mendTail } from './mend-tail.ts';
import { renderTokens } from './render-tokens.tsx';
import { createSplitter } from './split-blocks.ts';

beforeAll(loadMarkCloser);

/** Spaces at the ends of a line of prose do not show; marked keeps or drops them by what stood before. */
function withoutIndent(html: string): string {
  return html.replace(/\n[ \t]+/g, '\n').replaceAll('\n</p>', '</p>');
}

function renderWhole(text: string): string {
  return renderToStaticMarkup(
    <Fragment>{renderTokens(lexBlock(text.replaceAll(/\r\n?/g, '\n'), {}))}</Fragment>,
  );
}

/** What the page shows in the end when the text came in these pieces. */
function renderPieces(pieces: readonly string[]): string {
  const splitter = createSplitter();
  let text = '';
  for (const piece of pieces) {
    text += piece;
    const before = splitter.update(text, false);
    expect(splitter.update(text, false)).toBe(before);
    const last = before.open.at(-1);
    if (last !== undefined) lexBlock(mendTail(last), before.definitions);
  }
  const { closed, open, definitions } = splitter.update(text, true);
  expect(open).toEqual([]);
  return closed
    .map((raw) => renderToStaticMarkup(<Fragment>{renderTokens(lexBlock(raw, definitions))}</Fragment>))
    .join('');
}

function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  let rest = text;
  for (let index = 0; rest !== ''; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return pieces;
}

/** Pieces of Markdown as models write them, and the corners where one block turns into another. */
const fragments = [
  'A paragraph of prose with **bold**, *emphasis* and `code`.',
  'Short',
  '2',
  '# Heading',
  '### Deeper ###',
  'Setext\n===',
  'Not yet\n---',
  '- item one\n- item two',
  '- item\n\n  its second paragraph',
  '1. first\n2. second',
  '10) ten',
  '* star\n  - nested\n    1. deeper',
  '- [ ] open\n- [x] done',
  '> quoted\n> more\nlazy continuation of the quotation',
  '> - list in a quotation',
  '```ts\nconst a = 1;\n\nconst b = 2;\n```',
  '~~~\ntilde\n```\nstill tilde\n~~~',
  '````md\n```\ninner\n```\n````',
  '```js not`a fence',
  '    indented code\n\n    more of it',
  '| a | b |\n| --- | :-: |\n| 1 | 2 |',
  'head | er\n--- | ---\nrow | two',
  '| not a table',
  '---',
  '***',
  '***********bold?** prose after stars',
  '- - - - - - -',
  '============',
  '------------ prose after dashes',
  '<div class="x">\nhtml\n</div>',
  '<script>alert(1)\n\n</script>',
  '<!-- comment\n\nstill comment -->',
  '</blockquote>',
  '<custom-element>',
  '[label]: https://example.com',
  '[other]: https://example.org "title"',
  "[third]:\nhttps://example.net\n'title over\ntwo lines'",
  '"title on its own line, perhaps"',
  'See [label], [other][] and [text][third].',
  '![image](https://example.com/a.png)',
  '[link](https://example.com "t") and https://bare.example.com',
  'a &amp; b &lt; c &#65;',
  'ends with backslash\\',
  'two spaces  \nhard break',
  '#hashtag, no heading',
  '1986. A year that begins a line of prose',
  '\\# escaped',
  '+ plus list',
  '\tafter a tab',
  '   three spaces',
  '**Bold** at the start of a line of prose',
  'Über: prose with an umlaut at its start',
  '漢字の段落です。これは十分に長い行です。',
  '$$\nx = y\n$$',
  'Prose before it:\n$$\na\n- b\n= c\n$$\nand after it',
  '$$ x^2 $$',
  '\\[\n\\frac{1}{2}\n\\]',
  '\\[',
  '\\]',
  '$$',
  '$$ opened and never closed',
  'inline $a_1 * b_2$ and \\(c\\), $5 and $6',
  '- $$\n  x\n  $$',
  '[^1]: A footnote.',
  '[^note]: Another\n    with more\n\n    and a second paragraph',
  'Text with a mark[^1] and another[^note].',
  '```tex\n$$\nx\n```',
];
const separators = ['\n', '\n\n', '\n\n\n', '\n \n', ' ', '', '\r\n', '\r\n\r\n', '\n    ', '\n> '];
const markdown = fc
  .array(fc.tuple(fc.constantFrom(...fragments), fc.constantFrom(...separators)), {
    minLength: 1,
    maxLength: 7,
  })
  .map((parts) => parts.flat().join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 6 });

describe('Markdown in pieces', { timeout: 60_000 }, () => {
  it('ends as the whole text does, however it was cut', () => {
    fc.assert(
      fc.property(markdown, sizes, (text, lengths) => {
        expect(withoutIndent(renderPieces(cut(text, lengths)))).toBe(withoutIndent(renderWhole(text)));
      }),
      { numRuns: 600 },
    );
  });

  it('ends as the whole text does for any characters', () => {
    const noise = fc.string({
      unit: fc.constantFrom(...'ab1 \n\n\t-*_#>|`~[]():."\'<!/=&;\\$$^'.split('')),
      maxLength: 60,
    });
    fc.assert(
      fc.property(noise, sizes, (text, lengths) => {
        expect(withoutIndent(renderPieces(cut(text, lengths)))).toBe(withoutIndent(renderWhole(text)));
      }),
      { numRuns: 600 },
    );
  });
});
