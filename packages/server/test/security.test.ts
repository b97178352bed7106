import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSourceFiles, repositoryRoot } from './_support/source-files.ts';

const text = readFileSync(join(repositoryRoot, 'SECURITY.md'), 'utf8');

/** ASVS 5.0.0, levels 1 and 2: of each chapter how many requirements its sections have, 0 for those of level 3 alone. */
const chapters: Record<number, number[]> = {
  1: [2, 9, 11, 3, 2],
  2: [3, 3, 4, 1],
  3: [0, 2, 4, 6, 5, 0, 2],
  4: [3, 1, 2, 4],
  5: [1, 3, 2, 3],
  6: [3, 12, 4, 4, 5, 3, 0, 4],
  7: [3, 4, 2, 5, 2, 2],
  8: [2, 3, 1, 1],
  9: [3, 4],
  10: [2, 2, 4, 11, 5, 2, 3],
  11: [2, 3, 3, 4, 1, 1],
  12: [3, 2, 4],
  13: [1, 5, 2, 5],
  14: [2, 4, 3],
  15: [3, 3, 7],
  16: [1, 5, 4, 3, 3],
  17: [1, 4, 2],
};

const upTo = (highest: number) => Array.from({ length: highest }, (_, index) => index + 1);
const required = Object.entries(chapters).flatMap(([chapter, sections]) =>
  sections.flatMap((highest, section) =>
    upTo(highest).map((number) => `${chapter}.${section + 1}.${number}`),
  ),
);

/** @param ids as a row has them: `6.1.1–6.1.3, 6.2.1` */
function expand(ids: string): string[] {
  return ids.split(', ').flatMap((range) => {
    const [first = '', last = first] = range.split('–');
    const [section, from] = cut(first);
    const [lastSection, to] = cut(last);
    if (section !== lastSection) return [range];
    return upTo(to)
      .filter((number) => number >= from)
      .map((number) => `${section}.${number}`);
  });
}

function cut(id: string): [section: string, number: number] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), Number(id.slice(dot + 1))];
}

const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+.*?) \| (.*) \| (.*) \|$/gm)].map(
  ([, ids = '', answer = '', proof = '']) => ({ ids, answer, proof }),
);

describe('SECURITY.md', () => {
  it('has each requirement of ASVS 5.0.0, levels 1 and 2, once', () => {
    expect(required).toHaveLength(253);
    expect(rows.flatMap(({ ids }) => expand(ids)).toSorted()).toEqual(required.toSorted());
  });

  it('names a file for whatever it says is met', () => {
    const unproven = rows.filter(
      ({ answer, proof }) => !/^Not applicable|^None\.$|\*\*[Nn]ot met\*\*/.test(answer) && proof === '–',
    );
    expect(unproven).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)[^)]*\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });
});

it('what is installed is what the lockfile says, a day old, from the registry, and runs nothing', () => {
  const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
  const settings = read('pnpm-workspace.yaml');
  expect(Number(/^minimumReleaseAge: (\d+)$/m.exec(settings)?.[1])).toBeGreaterThanOrEqual(1440);
  expect(settings).toMatch(/^blockExoticSubdeps: true$/m);
  expect(settings).toMatch(/^trustPolicy: no-downgrade$/m);
  expect(/^allowBuilds:\n((?: {2}.*\n)+)/m.exec(settings)?.[1]).toMatch(/^(?: {2}[\w-]+: false\n)+$/);
  const installs = [read('Dockerfile'), read('scripts/run.mjs')].flatMap(
    (text) => text.match(/.*(?:RUN pnpm install\b|PNPM, 'install').*/g) ?? [],
  );
  expect(installs.length).toBeGreaterThanOrEqual(3);
  for (const line of installs) expect(line).toContain('--frozen-lockfile');
});

it('no source runs text as code, and the server starts no process', () => {
  const sources = ['packages/shared/src', 'packages/server/src', 'packages/web/src'].flatMap(readSourceFiles);
  expect(sources.length).toBeGreaterThan(500);
  const runs = /\beval\(|\bnew Function\(|\bnode:vm\b|\bnode:child_process\b/;
  expect(sources.filter((file) => runs.test(file.text)).map(({ path }) => path)).toEqual([]);
});
