import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { repositoryRoot } from '../source-files.ts';
import { toLines, toRows, toText } from './guarantee-table.ts';
import { type PromiseId, type Promised, promises } from './promises.ts';
import { type Measured, addTo } from './prove.ts';

type Measures = Partial<Record<PromiseId, Measured>>;

const page = join(repositoryRoot, 'docs/guarantees.md');

/** Prints what was measured after all tests, and writes it into docs/guarantees.md, where the rest stays as it was. */
export class GuaranteesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length === 0) {
      process.stdout.write('No suite has that name. docs/guarantees.md names them in its last column.\n');
      return;
    }
    const lines = toLines(collect(modules), failedSuites(modules));
    const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
    const rows = toRows(lines, { before, on: new Date().toISOString().slice(0, 10) });
    const met = rows.filter((row) => row.includes(' | yes | ')).length;
    const summary = `${met} of ${rows.length} promises are met.`;
    writeFileSync(page, toPage(summary, rows));
    process.stdout.write(`\n${toText(lines)}\n\n${summary} docs/guarantees.md has them all.\n`);
  }
}

/** Those whose tests were not all green: what they were to measure may not be known. */
function failedSuites(modules: readonly TestModule[]): ReadonlySet<string> {
  return new Set(
    modules.filter((module) => !module.ok()).map(({ moduleId }) => relative(repositoryRoot, moduleId)),
  );
}

function collect(modules: readonly TestModule[]): Measures {
  const measures: Measures = {};
  for (const module of modules) {
    const path = relative(repositoryRoot, module.moduleId);
    const tests = [...module.children.allTests()].filter((test) => test.result().state !== 'skipped');
    for (const test of tests) {
      const measured = Object.entries(test.meta().measured ?? {}) as [PromiseId, Measured][];
      for (const [id, measure] of measured) measures[id] = addTo(measures[id], measure);
    }
    const counted = Object.entries<Promised>(promises).find(
      ([, { suite, byTests }]) => byTests === true && suite === path,
    );
    if (counted === undefined || tests.length === 0) continue;
    const id = counted[0] as PromiseId;
    const found = tests.filter((test) => test.result().state === 'failed').length;
    measures[id] = addTo(measures[id], { found, cases: tests.length });
  }
  return measures;
}

function toPage(summary: string, rows: readonly string[]): string {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ${process.platform}`;
  return `# Guarantees, measured

\`npm run guarantees\` makes this page: it provokes each fault as often as is asked, on one machine, over loopback, and says what it has found. ${summary} Last run on ${machine}.

| | promise | asked | measured | met | seed | on | suite |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

"Measured" is the worst that was seen, and how often it was tried; what a busy machine does to a time is in it. \`npm test\` runs the same suites with fewer cases, all but four that load all of a machine or take long. \`SLUICE_SEED=… npm run guarantees -- disconnects\` runs one suite again, with the random numbers of its line, and changes
its lines alone.

Not promised: that a provider generates an answer exactly once; that an answer goes on whose process has died (what was written is kept, and Continue is offered); protection from the server's own administrator; models that cannot be talked into
things.
`;
}
