import { expect, it } from 'vitest';
import type { Logger } from './logger.ts';
import { takeWarnings } from './take-warnings.ts';

it('tells what libraries warn of once, and gives the console back', () => {
  const said: unknown[] = [];
  const warn = (text: string) => void said.push(text);
  const target = { warn };
  const logger = { warn: (fields: object) => void said.push(fields) } as unknown as Logger;
  const taken = takeWarnings(logger, target);
  for (const text of ['old', 'older', 'old']) target.warn(text);
  expect(said).toEqual([{ text: 'old' }, { text: 'older' }]);
  taken[Symbol.dispose]();
  expect(target.warn).toBe(warn);
});
