import { beforeAll, describe, expect, it } from 'vitest';
import { loadMarkCloser } from './close-marks.ts';
import { mendTail } from './mend-tail.ts';

beforeAll(loadMarkCloser);

describe('mendTail', () => {
  it.each([
    ['some **bol', 'some **bol**'],
    ['some **bold*', 'some **bold**'],
    ['some *emph', 'some *emph*'],
    ['call `foo', 'call `foo`'],
    ['~~gone', '~~gone~~'],
    ['see [the docs](https://exam', 'see the docs'],
    ['a half link [the', 'a half link the'],
    // Not an address an image may come from: its label is shown until the real one is whole.
    ['text before ![alt', 'text before ![alt](streamdown:incomplete-image)'],
    ['prose\n--', 'prose'],
    ['- one\n-', '- one'],
    ['prose\n\n2.', 'prose\n'],
    ['text **', 'text '],
  ])('completes %j', (tail, shown) => {
    expect(mendTail(tail).trimEnd()).toBe(shown.trimEnd());
  });

  it('shows a table from its whole header on', () => {
    expect(mendTail('| Tran')).toBe('');
    expect(mendTail('| a | b |\n')).toBe('| a | b |\n|---|---|');
    expect(mendTail('| a | b |\n|-')).toBe('| a | b |\n|---|---|');
    expect(mendTail('| a | b |\n|:--|--:|')).toBe('| a | b |\n|:--|--:|');
    expect(mendTail('| a | b |\n|---|---|\n| 1 |')).toContain('| 1 |');
  });

  it.each([
    ['$$\nx = \\frac', '$$\nx = \\frac\u2060$$'],
    ['\\[\nx\\', '\\[\nx\u2060\\]'],
    ['so $x_', 'so $x'],
    ['so $\\alpha + 1', 'so $\\alpha + 1\u2060$'],
    ['so \\(x', 'so \\(x\u2060\\)'],
    ['**so $\\alpha', '**so $\\alpha\u2060$**'],
    ['it costs $5 and', 'it costs $5 and'],
    ['code `$x` and', 'code `$x` and'],
    ['a note[^1', 'a note'],
  ])('gives a formula its end, and money none: %j', (tail, shown) => {
    expect(mendTail(tail)).toBe(shown);
  });

  it.each(['$', '$$', '$$\n', '\\[', '\\[\n'])('shows nothing of a formula that is but begun: %j', (tail) => {
    expect(mendTail(tail)).toBe('');
  });

  it('leaves code as it is', () => {
    const code = '```ts\nconst a = `x${b}';
    expect(mendTail(code)).toBe(code);
  });
});
