import { expect, it } from 'vitest';
import { periodAt } from './period-at.ts';

it.each([
  ['day', '2026-11-21T00:00:00.000Z', '2026-11-21', '2026-11-22'],
  ['day', '2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01'],
  ['month', '2028-02-29T12:00:00.000Z', '2028-02-01', '2028-03-01'],
  ['month', '2026-12-01T00:00:00.000Z', '2026-12-01', '2027-01-01'],
] as const)('the %s of %s is from %s to %s', (period, at, ...ends) => {
  const [start, end] = ends.map((time) => Date.parse(time));
  expect(periodAt(period, Date.parse(at))).toEqual({ start, end });
});
