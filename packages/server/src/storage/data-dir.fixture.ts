import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** @returns a directory that goes with the test */
export async function makeDataDir(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'sluice-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'data');
}

/** All of a child's environment: what it compiles is kept from one to the next, which halves its start. */
export const quickStart = { NODE_COMPILE_CACHE: join(tmpdir(), 'sluice-test-compile-cache') };

export interface NodeProcess {
  child: ChildProcess;
  /** What it has printed so far, line by line. */
  lines: readonly string[];
  /** Resolves with the first line that is not in `lines` yet; rejects when there will be none. */
  nextLine: () => Promise<string>;
  /** Resolves with all of its lines, once it has ended. */
  ended: Promise<readonly string[]>;
}

/** Runs a module in a Node process of its own; `storage` in it is this room's address. It is killed with the test. */
export function runNode(script: string): NodeProcess {
  const source = `const storage = ${JSON.stringify(new URL('.', import.meta.url).href)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: quickStart,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const ended = Promise.all([once(child, 'exit'), once(output, 'close')]).then(() => lines);
  const nextLine = async () => {
    const [line] = (await Promise.race([once(output, 'line'), ended.then(() => [])])) as string[];
    if (line === undefined) throw new Error('the process has ended');
    return line;
  };
  return { child, lines, nextLine, ended };
}
