import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMarkCloser } from './close-marks.ts';
import { lexBlock } from './lex-block.ts';
import { createGrowingLexer } from './lex-growing.ts';
import { mendTail } from './mend-tail.ts';
import { renderTokens } from './render-tokens.tsx';

beforeAll(loadMarkCloser);

const draw = (tokens: ReturnType<typeof lexBlock>) => renderToStaticMarkup(<>{renderTokens(tokens)}</>);
const none = {};

const lines = [
  '- an item',
  '- another **bold',
  '- one with `code',
  '- [ ] to do',
  '  - nested',
  '  1. numbered within',
  '    deeper still',
  '- ',
  '',
  '  a second paragraph',
  'lazy prose',
  '* another list',
  '+ a third',
  '1. ordered',
  '7. later',
  '---',
  '# heading',
  '- $$',
  '  x',
  '  $$',
  '> quoted',
  '```',
];

describe('a list that grows', { timeout: 30_000 }, () => {
  it('is lexed by its last items as it would be whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...lines, '- an item', '- an item', '- an item'), {
          minLength: 4,
          maxLength: 14,
        }),
        fc.integer({ min: 1, max: 9 }),
        (parts, size) => {
          const text = `- one\n- two\n- three\n- four\n- five\n${parts.join('\n')}\n`;
          const lexGrowing = createGrowingLexer();
          for (let end = size; end < text.length; end += size) {
            const raw = text.slice(0, end);
            expect(draw(lexGrowing(raw, none))).toBe(draw(lexBlock(mendTail(raw), none)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the items that have ended', () => {
    const lexGrowing = createGrowingLexer();
    const source = Array.from({ length: 9 }, (_, index) => `- item ${index}\n`).join('');
    const itemsOf = (raw: string) =>
      (lexGrowing(raw, none)[0] as { items?: unknown[] } | undefined)?.items ?? [];
    const before = itemsOf(source);
    const after = itemsOf(`${source}- and`);
    expect(after).toHaveLength(10);
    expect(after[3]).toBe(before[3]);
  });
});
