import { expect, it } from 'vitest';
import type { Logger } from '../observability/logger.ts';
import { noMetrics } from '../observability/metrics.ts';
import { LimitAlerts } from './limit-alerts.ts';
import type { AppliedLimit } from './limits.ts';

const limit: AppliedLimit = {
  kind: 'user',
  id: 'ada',
  period: 'day',
  unit: 'tokens',
  amount: 1000,
  label: null,
};
const at = Date.UTC(2026, 0, 1, 12);

function open() {
  const told: unknown[] = [];
  const refused: unknown[] = [];
  const metrics = {
    ...noMetrics,
    noteLimit: (state: string) => void told.push(`counted ${state}`),
    noteLimitRefusal: (name: object) => void refused.push(name),
  };
  const logger = { warn: (fields: { alert: string }) => void told.push(fields.alert) } as unknown as Logger;
  return { alerts: new LimitAlerts({ logger, metrics }), told, refused };
}

it('tells once that a limit comes near, at 80 %, and once that it is reached', () => {
  const { alerts, told } = open();
  for (const used of [0, 799, 800, 900, 999, 1000, 1200, 900]) alerts.noteUse(limit, { used, at });
  expect(told).toEqual(['counted near', 'limit.near', 'counted reached', 'limit.reached']);
});

it('tells of it anew in the next period, and of another amount', () => {
  const { alerts, told } = open();
  alerts.noteUse(limit, { used: 1000, at });
  alerts.noteUse(limit, { used: 1000, at: at + 86_400_000 });
  alerts.noteUse({ ...limit, amount: 1100 }, { used: 1000, at });
  expect(told.filter((line) => String(line).startsWith('limit'))).toEqual([
    'limit.reached',
    'limit.reached',
    'limit.near',
  ]);
});

it('counts every refusal, and says that the limit is reached unless only answers that go on hold the rest', () => {
  const { alerts, told, refused } = open();
  alerts.noteRefusal(limit, { used: 500, at, isHeld: true });
  expect(told).toEqual([]);
  for (let index = 0; index < 3; index += 1) alerts.noteRefusal(limit, { used: 990, at, isHeld: false });
  expect(told).toEqual(['counted reached', 'limit.reached']);
  expect(refused).toEqual(Array(4).fill({ subject: 'user', period: 'day', unit: 'tokens' }));
});
