import { describe, expect, it } from 'vitest';
import { lexBlock, readTokens } from './lex-block.ts';

/** The formulas in a text, in order; those for themselves in brackets. */
function formulas(text: string): string[] {
  const found: string[] = [];
  const visit = (tokens: ReturnType<typeof lexBlock>) => {
    for (const token of tokens) {
      if (token.type === 'math') found.push(token['isDisplay'] === true ? `[${token['tex']}]` : token['tex']);
      const { tokens: inner, items } = token as { tokens?: typeof tokens; items?: typeof tokens };
      if (inner !== undefined) visit([...readTokens(inner)]);
      if (items !== undefined) visit(items);
    }
  };
  visit(lexBlock(text, {}));
  return found;
}

describe('formulas', () => {
  it.each([
    ['$$\nx\n$$', ['[x]']],
    ['\\[\nx\n\\]', ['[x]']],
    ['Before\n$$\na\n- b\n$$\nafter', ['[a\n- b]']],
    ['- $$\n  x\n  $$', ['[x]']],
    ['> $$x$$', ['[x]']],
    ['so $$x$$ is', ['[x]']],
    ['so \\(a_1\\) and $b^2$', ['a_1', 'b^2']],
    ['let $x$, $y$ and $f(x)$', ['x', 'y', 'f(x)']],
    ['$2$ or $10n$', ['2', '10n']],
    ['$a_1 * b_2 * c$', ['a_1 * b_2 * c']],
    [
      '$\\text{rate} = \\frac{\\text{tokens}}{\\text{second}}$',
      ['\\text{rate} = \\frac{\\text{tokens}}{\\text{second}}'],
    ],
  ])('are found in %j', (text, found) => {
    expect(formulas(text)).toEqual(found);
  });

  it.each([
    '$5 and $6',
    'from $5 to 10$',
    'US$5 and A$6',
    '$100,000-$200,000',
    '$HOME/bin:$PATH',
    'echo $a and $b',
    'costs 5$ or 6$',
    '$5 more or less than what they paid$',
    '`$x$` and ``$$y$$``',
    '```\n$$\nx\n$$\n```',
    '\\$x\\$',
    '\\[1\\] Knuth',
    '$$\n\nx\n\n$$',
    '$ x $',
    'a $$ b',
  ])('are not seen in %j', (text) => {
    expect(formulas(text)).toEqual([]);
  });
});
