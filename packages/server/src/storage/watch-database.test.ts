import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Logger } from '../observability/logger.ts';
import { watchDatabase } from './watch-database.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the log once that the database has gone, and once that it is back', async () => {
  const lines: string[] = [];
  const logger = {
    error: (_fields: object, line: string) => lines.push(line),
    info: (line: string) => lines.push(line),
  } as unknown as Logger;
  let isAway = false;
  const ping = async () => {
    if (isAway) throw new Error('away');
  };
  const watch = watchDatabase({ ping }, logger);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual([]);
  isAway = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual(['the database does not answer']);
  isAway = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual(['the database does not answer', 'the database answers again']);
  watch[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});
