import { expect, it } from 'vitest';
import { nameLimit } from './name-limit.ts';

const amounts = { amount: 1, used: 0, held: 0, left: 1, resetsAt: '2026-11-22T00:00:00.000Z' };

it('names whose limit it is, of what and for how long', () => {
  const own = { subject: 'user', id: null, label: null, period: 'day', unit: 'tokens', ...amounts } as const;
  expect(nameLimit(own)).toBe('Tokens today');
  expect(nameLimit({ ...own, period: 'month', unit: 'requests' })).toBe('Requests this month');
  expect(nameLimit({ ...own, subject: 'token', id: 't', label: 'My app' })).toBe('My app: Tokens today');
  expect(nameLimit({ ...own, subject: 'model', id: 'a/b' })).toBe('a/b: Tokens today');
});
