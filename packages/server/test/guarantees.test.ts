import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toLines, toRows, toText } from './_support/guarantees/guarantee-table.ts';
import { type Promised, promises } from './_support/guarantees/promises.ts';
import { addTo } from './_support/guarantees/prove.ts';
import { repositoryRoot } from './_support/source-files.ts';

const all = Object.values<Promised>(promises);
const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

describe('the table of guarantees', () => {
  it('says what was measured beside what is asked', () => {
    const lines = toLines({ 'leavers-p99': { found: 12.34, cases: 1000, seed: 7 } });
    const line = lines.find(({ what }) => what.includes('99th'));
    expect(line).toMatchObject({
      asked: '≤ 250 ms, 1,000 random disconnects',
      measured: '12.3 ms, 1,000',
      isMet: true,
      seed: '7',
    });
  });

  it.each([
    ['was not measured', {}],
    ['was measured too seldom', { resumes: { found: 0, cases: 999 } }],
    ['is broken', { resumes: { found: 1, cases: 1000 } }],
  ])('calls a promise that %s not met', (_how, measures) => {
    const lines = toLines(measures);
    const index = Object.keys(promises).indexOf('resumes');
    expect(lines[index]).toMatchObject({ isMet: false });
    expect(toRows(lines, { before: '', on: '2026-11-22' })[index]).toContain('**no**');
    const isMeasured = lines[index]?.measured !== 'not measured';
    expect(toText(lines)).toMatch(isMeasured ? /^NOT MET G4 / : /^$/);
  });

  it('calls a promise not met whose suite failed, whatever it has measured', () => {
    const suite = promises.resumes.suite;
    const lines = toLines({ resumes: { found: 0, cases: 1000 } }, new Set([suite]));
    expect(lines.filter((line) => line.suite === suite)).toMatchObject([
      { isMet: false, measured: '0, 1,000; its suite failed' },
    ]);
  });

  it('keeps what an earlier run has measured, and this one has not', () => {
    const on = '2026-11-21';
    const before = toRows(toLines({ resumes: { found: 0, cases: 1000 } }), { before: '', on }).join('\n');
    const after = toRows(toLines({ ends: { found: 0, cases: 2000 } }), { before, on: '2026-11-22' });
    expect(
      after.filter((row) => row.includes('| yes |')).map((row) => /2026-11-\d\d/.exec(row)?.[0]),
    ).toEqual(['2026-11-22', '2026-11-21']);
  });

  it('keeps the worst of several measures, over all their cases', () => {
    expect(addTo({ found: 3, cases: 10, seed: 1 }, { found: 2, cases: 5 })).toEqual({
      found: 3,
      cases: 15,
      seed: 1,
    });
  });
});

describe('the promises', () => {
  it('are those of README, each linked to its test', () => {
    const linked = [...read('README.md').matchAll(/^\| (G\d+) \|.*\]\(([^)]+)\) \|$/gm)];
    expect(linked.map(([, guarantee]) => guarantee)).toEqual([
      ...new Set(all.map(({ guarantee }) => guarantee)),
    ]);
    for (const [, guarantee, suite] of linked)
      expect(
        all.filter((promised) => promised.guarantee === guarantee).map((promised) => promised.suite),
      ).toContain(suite);
  });

  it('are each shown by a suite that is there', () => {
    for (const { suite } of all) expect(existsSync(join(repositoryRoot, suite)), suite).toBe(true);
  });

  it('are the lines of docs/guarantees.md', () => {
    const page = read('docs/guarantees.md');
    const listed = [...page.matchAll(/^\| (G\d+) \| (.*?) \| /gm)].map(([, guarantee, what]) => [
      guarantee,
      what,
    ]);
    expect(listed).toEqual(all.map(({ guarantee, what }) => [guarantee, what]));
  });
});
