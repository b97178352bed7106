import type { Token, Tokens } from 'marked';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMarkCloser } from './close-marks.ts';
import { lexBlock, readTokens } from './lex-block.ts';
import { mendTail } from './mend-tail.ts';
import { createSplitter } from './split-blocks.ts';

beforeAll(loadMarkCloser);

/** Node's: time in which others have the processor does not count. */
const { process } = globalThis as unknown as { process: { threadCpuUsage: () => { user: number } } };

/** Texts that make a reader look far ahead, again and again. */
const units = [
  '$$x\n```\n',
  '$$ a\n',
  'a\n$$x$$\n',
  '\\[\n',
  '\\[ a\n',
  'x \\(a\n',
  'word \\[ x \n',
  '\\( a ',
  '\\[a',
  'a $b ',
  'a\n-\n',
  'x\n<!-- a -->\n',
  'x\n[^1]: note\n',
  '[^a',
  'word[^1] ',
  '~',
  '`a``b```c',
  '[',
  '![a',
  '[a][',
  '[a](',
  '*a ',
  '_a ',
  '*_a',
  'a*b',
  '**a [b ',
  '| $x | \\(y |\n',
  '- a $b\n',
  '<a ',
];

function readAll(tokens: readonly Token[]): void {
  for (const token of tokens) {
    if ('tokens' in token && token.tokens !== undefined) readAll(readTokens(token.tokens));
    if (token.type === 'list') readAll((token as Tokens.List).items);
  }
}

/** Milliseconds of work for a text that may still grow, and for the same text when it is whole. */
function measure(text: string): number {
  const start = process.threadCpuUsage().user;
  const growing = createSplitter().update(text, false);
  readAll(lexBlock(mendTail(growing.open.at(-1) ?? ''), growing.definitions));
  const whole = createSplitter().update(text, true);
  for (const raw of whole.closed) readAll(lexBlock(raw, whole.definitions));
  return (process.threadCpuUsage().user - start) / 1000;
}

/** Of less than this nobody sees anything. */
const UNSEEN_MS = 250;

/** @returns how many times slower than at 3 GHz this processor is just now, where others have it too: at least 1 */
function slowness(): number {
  const start = process.threadCpuUsage().user;
  let sum = 0;
  // Each step waits for the one before: about five cycles.
  for (let step = 0; step < 30_000_000; step++) sum = (sum * 31 + step) | 0;
  expect(sum).not.toBe(0);
  return Math.max(1, (process.threadCpuUsage().user - start) / 1000 / 50);
}

describe('the work for a text', () => {
  it.each(units)('grows as its length does: %j', { timeout: 60_000 }, (unit) => {
    const repeat = (length: number) => unit.repeat(length / unit.length);
    measure(repeat(2000));
    const [short, long] = [repeat(10_000), repeat(20_000)];
    if (measure(long) < UNSEEN_MS) return;
    // What disturbs a measurement makes it longer, never shorter.
    const least = (text: string) => Math.min(measure(text), measure(text), measure(text));
    expect(least(long)).toBeLessThan(Math.max(UNSEEN_MS * slowness(), 3 * least(short)));
  });

  it.each(['> ', '+ ', '- > '])('has an end where blocks stand in blocks without end: %j', (unit) => {
    const text = unit.repeat(10_000 / unit.length);
    expect(createSplitter().update(text, true).closed.join('')).toBe(text);
    expect(createSplitter().update(text, false).open).toHaveLength(1);
  });
});
