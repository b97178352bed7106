import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../config/env.ts';
import { makeDataDir, quickStart } from '../storage/data-dir.fixture.ts';
import { freePort } from '../../test/_support/free-port.ts';
import type { CommandPorts } from './command.ts';
import { doctor } from './doctor.ts';
import { UsageError } from './usage-error.ts';

const secret = 'K7bNqf3WcxH9vRt2Zp5yLm8sDj4gTa6e';

async function run(environment: Environment, argv: string[] = []) {
  const printed: string[] = [];
  const remarks: string[] = [];
  const ports: Partial<CommandPorts> = {
    environment: { ...quickStart, OLLAMA_HOST: 'off', ...environment },
    version: '1.2.3',
    print: (line) => printed.push(line),
    remark: (line) => remarks.push(line),
  };
  const error = await doctor(ports as CommandPorts, argv).then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  return { out: printed.join('\n'), remarks, error };
}

describe('sluice doctor', { timeout: 20_000 }, () => {
  it('tells every problem of a configuration, and goes no further', async () => {
    const { out, error } = await run({ PORT: 'x', TRUST_PROXY: 'true', JWT_SECRET: secret });
    expect(out).toMatch(/^FAIL {2}PORT must be a whole number$/m);
    expect(out).toMatch(/^FAIL {2}TRUST_PROXY must be /m);
    expect(out).not.toContain('ok    ');
    expect(error?.message).toMatch(/^2 of what was looked at failed/);
  });

  it('works where no server runs, looks at the rest, and makes nothing', async () => {
    const dataDir = await makeDataDir();
    const { out, remarks, error } = await run({
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      JWT_SECRET: secret,
    });
    expect(out).toMatch(
      /^FAIL {2}the server itself at http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/m,
    );
    expect(out).toMatch(/^note {2}there is no database in /m);
    expect(out).not.toContain(secret);
    expect(remarks).toEqual([expect.stringMatching(/^Sending a test stream through .*: some 12 s/)]);
    expect(error?.message).toMatch(/^1 of what/);
    expect(await readdir(join(dataDir, '..'))).toEqual([]);
  });

  it('prints for programs what it prints for people', async () => {
    const { out, remarks, error } = await run({ DATA_DIR: await makeDataDir() }, ['--json']);
    expect(error).toBeUndefined();
    const findings = JSON.parse(out) as object[];
    expect(findings).toContainEqual({
      level: 'note',
      check: 'secret',
      says: expect.stringContaining('there is no secret'),
      fixes: [],
    });
    expect(remarks).toEqual([expect.stringMatching(/^Nothing failed/)]);
  });

  it.each(['chat.example.com', 'ftp://chat.example.com', '--force'])(
    'takes %s for a mistake',
    async (argument) => {
      expect((await run({}, [argument])).error).toBeInstanceOf(UsageError);
    },
  );
});
