import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './_support/source-files.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const folder = '.github/workflows';
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const runner = read('scripts/run.mjs');

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe.each(readdirSync(join(repositoryRoot, folder)))('.github/workflows/%s', (name) => {
  const workflow = read(join(folder, name));

  it('runs commands that there are', () => {
    const commands = [
      ...all(workflow, /\bnpm (?:run )?([\w-]+)/g).filter((command) => !(command in scripts)),
      ...all(workflow, /\bscripts\/run\.mjs ([\w-]+)/g).filter(
        (command) => !new RegExp(`^  '?${command}'?\\(\\) \\{$`, 'm').test(runner),
      ),
    ];
    expect(workflow).toMatch(/\bnpm (test|run)/);
    expect(commands).toEqual([]);
  });

  it('may only read, takes no secret, and names what it uses by its commit', () => {
    expect(workflow).toMatch(/^permissions:\n  contents: read$/m);
    expect(workflow).not.toMatch(/secrets\.|pull_request_target|: write/);
    const used = all(workflow, /\buses: *(.*)$/gm);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d/);
    expect(all(workflow, /^    (timeout-minutes): \d+$/gm)).toHaveLength(
      all(workflow, /^    (runs-on):/gm).length,
    );
  });
});
