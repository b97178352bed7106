import { describe, expect, it } from 'vitest';
import { mendTail } from './mend-tail.ts';

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

  it('shows a table from its first cell on', () => {
    expect(mendTail('| Tran')).toBe('| Tran |\n|---|');
    expect(mendTail('| a | b |\n|-')).toBe('| a | b |\n|---|---|');
    expect(mendTail('| a | b |\n|:--|--:|')).toBe('| a | b |\n|:--|--:|');
    expect(mendTail('| a | b |\n|---|---|\n| 1 |')).toContain('| 1 |');
  });

  it('leaves code as it is', () => {
    const code = '```ts\nconst a = `x${b}';
    expect(mendTail(code)).toBe(code);
  });
});
