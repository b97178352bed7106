import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { type SpawnedProcess, spawnProcess } from './_support/spawn-process.ts';
import { createToken, spawnServer } from './_support/spawn-server.ts';
import { lastOf, pointAt, readEvents, textOf } from './_support/start-server.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-shutdown-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const STREAMS = 500;

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await sleep(1);
}

/** @returns what a first start takes, and how much of that its database is not there yet */
async function timeStart(begin: () => SpawnedProcess, isBegun: () => boolean) {
  const startedAt = performance.now();
  await using process = begin();
  await until(isBegun);
  const begunMs = performance.now() - startedAt;
  await process.sees(/^Sluice is listening on/m);
  return { begunMs, ms: performance.now() - startedAt };
}

describe('SIGTERM', { timeout: fullCounts ? 300_000 : 60_000 }, () => {
  it(`with ${STREAMS} running answers lets those end that fit, and tells the rest that they were interrupted`, async () => {
    await using upstream = await startFakeUpstream();
    const environment = { ...pointAt(upstream), DATA_DIR: dataDir, DRAIN_MS: '3000' } as Record<
      string,
      string
    >;
    const token = await createToken(environment);
    await using server = await spawnServer(environment, token);
    // Half of them have a second to go, the others a minute.
    const scripts = [{ tokens: 20 }, { tokens: 1200 }].map((script) =>
      JSON.stringify({ ...script, delayMs: 50 }),
    );
    const answers = Array.from({ length: STREAMS }, async (_, index) => {
      const response = await server.call('/api/chat/stream', {
        message: `[[fake ${scripts[index % scripts.length]}]]`,
      });
      expect(response.status).toBe(200);
      return readEvents(response);
    });
    await expect.poll(() => upstream.stats.requests, { timeout: 20_000 }).toBe(STREAMS);
    await expect.poll(() => upstream.stats.active).toBeGreaterThan(STREAMS / 2);
    const signalledAt = performance.now();
    server.process.child.kill('SIGTERM');
    const exit = server.process.exit();
    const reasons: Record<string, number> = {};
    for (const events of await Promise.all(answers)) {
      const end = lastOf(events, 'run-end');
      expect(end).toMatchObject({ saved: true });
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      if (end?.reason === 'complete') expect(textOf(events)).toMatch(/ t19$/);
      reasons[end?.reason ?? 'none'] = (reasons[end?.reason ?? 'none'] ?? 0) + 1;
    }
    expect(await exit).toBe(0);
    const exitMs = performance.now() - signalledAt;
    expect(reasons).toEqual({ complete: STREAMS / 2, interrupted: STREAMS / 2 });
    prove('drains', { found: Math.max(0, exitMs - 3000), cases: STREAMS });
    expect(upstream.stats.active).toBe(0);
  });

  it('is a clean end also when nobody reads what the server says any more', async () => {
    await using upstream = await startFakeUpstream();
    const environment = { ...pointAt(upstream), DATA_DIR: dataDir } as Record<string, string>;
    const token = await createToken(environment);
    await using server = await spawnServer({ ...environment, LOG_LEVEL: 'info' }, token);
    server.process.child.stdout?.destroy();
    server.process.child.stderr?.destroy();
    upstream.script({ tokens: 50, delayMs: 10 });
    const reading = server.call('/api/chat/stream', { message: 'Hi' }).then(readEvents);
    await expect.poll(() => upstream.stats.active).toBe(1);
    server.process.child.kill('SIGTERM');
    expect(lastOf(await reading, 'run-end')).toMatchObject({ reason: 'complete' });
    expect(await server.process.exit()).toBe(0);
  });

  const times = fullCounts ? 20 : 2;
  it(`at any moment of the first start leaves a database that the next one opens (× ${times})`, async () => {
    const random = randomFrom('signals during start');
    const environment = { DATA_DIR: dataDir, PORT: '0', ANTHROPIC_API_KEY: '', OPENAI_API_KEY: '' };
    const begin = () => spawnProcess(process.execPath, ['packages/server/src/main.ts'], environment);
    const isBegun = () => existsSync(join(dataDir, 'sluice.db'));
    const timed = await timeStart(begin, isBegun);
    for (let time = 0; time < times; time += 1) {
      await rm(dataDir, { recursive: true, force: true });
      await using starting = begin();
      // Every other time the database is being made.
      const isLate = time % 2 === 0;
      if (isLate) await until(isBegun);
      await sleep(random() * 1.1 * (isLate ? timed.ms - timed.begunMs : timed.ms));
      starting.child.kill('SIGTERM');
      // Before it listens to signals the default ends it; afterwards it ends by itself.
      expect(['SIGTERM', 0]).toContain(await starting.exit());
      await using next = begin();
      await next.sees(/^Sluice is listening on/m);
      next.child.kill('SIGTERM');
      expect(await next.exit()).toBe(0);
    }
  });
});
