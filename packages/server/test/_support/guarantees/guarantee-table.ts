import { type PromiseId, type Promised, promises } from './promises.ts';
import type { Measured } from './prove.ts';

export interface Line {
  guarantee: string;
  what: string;
  asked: string;
  measured: string;
  isMet: boolean;
  seed: string;
  suite: string;
}

const format = (count: number) => count.toLocaleString('en-US', { maximumFractionDigits: 1 });

/**
 * The lines of the table in the order of the promises; one that was not measured says so, and is not met.
 * @param failed suites with tests that failed: what they were to show is not shown, whatever they have measured
 */
export function toLines(
  measures: Partial<Record<PromiseId, Measured>>,
  failed: ReadonlySet<string> = new Set(),
): Line[] {
  return Object.entries<Promised>(promises).map(([id, promised]) => {
    const measured = measures[id as PromiseId];
    const line = toLine(promised, measured);
    if (!failed.has(promised.suite)) return line;
    const found = measured === undefined ? 'its suite failed' : `${line.measured}; its suite failed`;
    return { ...line, measured: found, isMet: false };
  });
}

function toLine(promised: Promised, measured: Measured | undefined): Line {
  const { guarantee, what, atMost, unit, cases, of, suite } = promised;
  const amount = (found: number) => (unit === undefined ? format(found) : `${format(found)} ${unit}`);
  const asked = `≤ ${amount(atMost)}, ${format(cases)} ${of}`.replace('≤ 0,', '0,');
  const common = { guarantee, what, asked, suite };
  if (measured === undefined) return { ...common, measured: 'not measured', isMet: false, seed: '' };
  return {
    ...common,
    measured: `${amount(measured.found)}, ${format(measured.cases)}`,
    isMet: measured.found <= atMost && measured.cases >= cases,
    seed: String(measured.seed ?? ''),
  };
}

/**
 * The table of docs/guarantees.md.
 * @param before the page as it was: what it says of promises that were not measured stays
 * @param on the date of the run
 */
export function toRows(lines: readonly Line[], { before, on }: { before: string; on: string }): string[] {
  const kept = before.split('\n');
  return lines.map((line) => {
    const { guarantee, what, asked, measured, isMet, seed, suite } = line;
    const start = `| ${guarantee} | ${what} | ${asked} |`;
    const old = measured === 'not measured' ? kept.find((row) => row.startsWith(start)) : undefined;
    const name = suite
      .split('/')
      .at(-1)
      ?.replace(/\.test\.ts$/, '');
    const cells = [
      isMet ? measured : `**${measured}**`,
      isMet ? 'yes' : '**no**',
      seed,
      on,
      `[${name}](../${suite})`,
    ];
    return old ?? `${start} ${cells.join(' | ')} |`;
  });
}

/** For a terminal; what was not measured is left out. */
export function toText(lines: readonly Line[]): string {
  return lines
    .filter(({ measured }) => measured !== 'not measured')
    .map(({ guarantee, what, asked, measured, isMet, seed }) => {
      const played = seed === '' ? '' : `  (seed ${seed})`;
      return `${isMet ? 'met    ' : 'NOT MET'} ${guarantee.padEnd(3)} ${what}\n            asked ${asked}; measured ${measured}${played}`;
    })
    .join('\n');
}
