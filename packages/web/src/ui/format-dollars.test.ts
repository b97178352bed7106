import { expect, it } from 'vitest';
import { formatDollars } from './format-dollars.ts';

it.each([
  [0, '$0.00'],
  [1, '< $0.0001'],
  [420, '$0.0004'],
  [999_999, '$1.0000'],
  [1_234_567, '$1.23'],
  [1_234_567_890, '$1,234.57'],
])('writes %i µ$ as %s', (microUsd, text) => {
  expect(formatDollars(microUsd)).toBe(text);
});
