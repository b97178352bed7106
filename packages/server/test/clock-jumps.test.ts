import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directive, tokensOf } from './_support/fake-upstream-script.ts';
import { spawnOwnServer } from './_support/spawn-own-server.ts';
import { type SpawnedServer, spawnServer } from './_support/spawn-server.ts';
import { spawnUpstream } from './_support/spawn-upstream.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useReplicas } from './_support/use-replicas.ts';

const HOUR_MS = 3_600_000;
const script = { tokens: 50, delayMs: 20 };
const whole = tokensOf(script, '').join('');
const ask = { message: directive(script) };
const jumps = [
  { name: 'two hours ahead', stepMs: 2 * HOUR_MS },
  { name: 'two hours back', stepMs: -2 * HOUR_MS },
];

const movableClock = new URL('_support/movable-clock.ts', import.meta.url).href;
/** Of a server whose clock a signal moves. */
const movableBy = (stepMs: number) => ({
  NODE_OPTIONS: `--import=${movableClock}`,
  SLUICE_TEST_CLOCK_STEP_MS: String(stepMs),
});

/** An answer in the middle of which the clock is set. */
async function askAndJump(server: SpawnedServer) {
  const response = await server.call('/api/chat/stream', ask);
  const events = [];
  for await (const event of iterateEvents(response)) {
    events.push(event);
    if (events.length === 20) server.process.child.kill('SIGUSR2');
  }
  return { events, runId: response.headers.get('x-run-id') };
}

it.each(jumps)(
  'a clock that is set $name cuts no answer, and is in no time that one took',
  async ({ stepMs }) => {
    const upstream = await spawnUpstream();
    const server = await spawnOwnServer(upstream.url, movableBy(stepMs));
    const { events, runId } = await askAndJump(server);
    const end = lastOf(events, 'run-end');
    expect([textOf(events), end?.reason]).toEqual([whole, 'complete']);
    expect(end?.timing.totalMs).toBeGreaterThan(500);
    expect(end?.timing.totalMs).toBeLessThan(60_000);
    expect(await readEvents(await server.call(`/api/runs/${runId}/events`))).toEqual(events);
    const next = await readEvents(await server.call('/api/chat/stream', ask));
    expect([textOf(next), lastOf(next, 'run-end')?.saved]).toEqual([whole, true]);
    server.process.child.kill('SIGTERM');
    expect(await server.process.exit()).toBe(0);
  },
);

describe('one of two servers', () => {
  const pair = useReplicas();

  it.each(jumps)(
    'whose clock is set $name keeps its answers, for those too who follow and stop them at the other',
    async ({ stepMs }) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'sluice-clock-'));
      onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
      const environment = { ...pair.environment, DATA_DIR: dataDir, ...movableBy(stepMs) };
      const [other] = pair.servers;
      await using server = await spawnServer(environment, other.token);
      const { events, runId } = await askAndJump(server);
      expect([textOf(events), lastOf(events, 'run-end')?.reason]).toEqual([whole, 'complete']);
      expect(await readEvents(await other.call(`/api/runs/${runId}/events`))).toEqual(events);
      const begun = await server.call('/api/chat/stream', {
        message: directive({ tokens: 2000, delayMs: 20 }),
      });
      const stopped = await other.call(`/api/runs/${begun.headers.get('x-run-id')}/stop`, { method: 'POST' });
      expect(await stopped.json()).toMatchObject({ state: 'stopped' });
      expect(lastOf(await readEvents(begun), 'run-end')?.reason).toBe('stopped');
    },
  );
});
