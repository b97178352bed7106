import type { UsageReport } from '@sluice/shared';

export type Metric = 'tokens' | 'cost' | 'answers' | 'errors';

type Row = UsageReport['rows'][number];

/** One colour and pattern of a plot. */
export interface Series {
  name: string;
  /** One for each day; null where nothing is known. */
  values: readonly (number | null)[];
}

const measures: Record<Metric, (row: Row) => number> = {
  tokens: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
  cost: ({ costMicroUsd }) => costMicroUsd,
  answers: ({ runs }) => runs,
  errors: ({ errors }) => errors,
};

/** As many can be told apart; the others are shown as one. */
const MAX_MODELS = 5;

interface ByModelOptions {
  metric: Metric;
  days: readonly string[];
  /** What the models beyond the first few are called. */
  others: string;
}

/** @returns of a report by day and model what each model adds to each day, the one with the most first */
export function plotByModel({ rows }: UsageReport, { metric, days, others }: ByModelOptions): Series[] {
  const measure = measures[metric];
  const byModel = Map.groupBy(rows, ({ model }) => model ?? '');
  const sum = (members: readonly Row[]) => members.reduce((total, row) => total + measure(row), 0);
  const ordered = [...byModel]
    .filter(([, members]) => sum(members) > 0)
    .toSorted(([, a], [, b]) => sum(b) - sum(a));
  const shown = ordered.length > MAX_MODELS + 1 ? ordered.slice(0, MAX_MODELS) : ordered;
  const rest = ordered.slice(shown.length).flatMap(([, members]) => members);
  const groups = rest.length > 0 ? [...shown, [others, rest] as const] : shown;
  return groups.map(([name, members]) => ({
    name,
    values: days.map((day) => sum(members.filter(({ key }) => key === day))),
  }));
}

/** @returns of a report by day how long first tokens took, in milliseconds */
export function plotFirstTokens({ rows }: UsageReport, days: readonly string[]): Series[] {
  const byDay = new Map(rows.map(({ key, firstTokenMs }) => [key, firstTokenMs]));
  return (['p50', 'p95'] as const).map((name) => ({
    name,
    values: days.map((day) => byDay.get(day)?.[name] ?? null),
  }));
}

/** @returns what each series reaches when it stands on those after it */
export function stack(series: readonly Series[]): number[][] {
  const heights: number[][] = [];
  for (const { values } of series.toReversed()) {
    const below = heights[0];
    heights.unshift(values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)));
  }
  return heights;
}
