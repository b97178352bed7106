import { runEndReasons } from '@sluice/shared';
import { expect, it } from 'vitest';
import { beginning, encodeAll, end } from './dialects.fixture.ts';
import { createPlainTextEncoder } from './plain-text-encoder.ts';

it('is the text and nothing else', () => {
  expect(encodeAll(createPlainTextEncoder(), [...beginning, end('complete')])).toBe('Hi 😀\n');
});

it.each(runEndReasons)('may end in a cut: %s', (reason) => {
  const encoder = createPlainTextEncoder();
  encodeAll(encoder, [...beginning, end(reason)]);
  expect(encoder.isCut).toBe(!['complete', 'length', 'refused'].includes(reason));
});
