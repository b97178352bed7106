import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { repositoryRoot } from '../source-files.ts';
import { toLines, toMarkdown, toText } from './guarantee-table.ts';
import { type PromiseId, type Promised, promises } from './promises.ts';
import { type Measured, addTo } from './prove.ts';

type Measures = Partial<Record<PromiseId, Measured>>;

/** Prints the table of promises after all tests, and writes docs/guarantees.md where every one of them was measured. */
export class GuaranteesReporter implements Reporter {
  readonly #startedAt = performance.now();

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = toLines(collect(modules), failedSuites(modules));
    const minutes = Math.round((performance.now() - this.#startedAt) / 60_000);
    process.stdout.write(`\n${toText(lines)}\n\n`);
    const missing = lines.filter(({ measured }) => measured === 'not measured');
    if (missing.length > 0) {
      const suites = [...new Set(missing.map(({ suite }) => suite))].join(', ');
      process.stdout.write(`Not measured, so that docs/guarantees.md stays as it is: ${suites}\n`);
      return;
    }
    const met = lines.filter(({ isMet }) => isMet).length;
    const where = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ${process.platform}`;
    const on = `${new Date().toISOString().slice(0, 10)}, ${where}, in ${minutes} minutes`;
    const summary = `Measured on ${on}: ${met} of ${lines.length} met.`;
    writeFileSync(join(repositoryRoot, 'docs/guarantees.md'), toPage(summary, toMarkdown(lines, 1)));
    process.stdout.write(`${summary} Written to docs/guarantees.md.\n`);
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

function toPage(summary: string, table: string): string {
  return `# Guarantees, measured

\`npm run guarantees\` makes this page: it provokes each fault as often as is asked, on one machine, over loopback, and says what it has found. ${summary}

${table}

"Measured" is the worst that was seen, and how often it was tried; what a disturbed machine does to a time is in it. \`npm test\` runs the same suites with fewer cases. A line with a seed is played
again by \`SLUICE_SEED=… npm run guarantees -- disconnects\`, with the name of its suite.

Not promised: that a provider generates an answer exactly once; that an answer goes on whose process has died (what was written is kept, and Continue is offered); protection from the server's own administrator; models that cannot be talked into
things.
`;
}
