import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SequencedEvent } from '@sluice/shared';
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

/** An answer in the middle of which the clock is set. @param onStart given its run, before that */
async function askAndJump(server: SpawnedServer, onStart: (runId: string) => void = () => undefined) {
  const response = await server.call('/api/chat/stream', ask);
  const runId = response.headers.get('x-run-id') ?? '';
  onStart(runId);
  const events = [];
  let hasJumped = false;
  for await (const event of iterateEvents(response)) {
    events.push(event);
    if (hasJumped || textOf(events).length < whole.length / 3) continue;
    server.process.child.kill('SIGUSR2');
    hasJumped = true;
  }
  return { events, runId };
}

/** By how much the clock of a server differs from the one here, in whole hours, as its next run says. */
function hoursOff(events: readonly SequencedEvent[]) {
  const createdAt = Date.parse(lastOf(events, 'run-start')?.createdAt ?? '');
  return Math.round((createdAt - Date.now()) / HOUR_MS);
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
    expect(hoursOff(next)).toBe(stepMs / HOUR_MS);
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
      let following: Promise<SequencedEvent[]> | undefined;
      const { events } = await askAndJump(server, (runId) => {
        following = other.call(`/api/runs/${runId}/events`).then(readEvents);
      });
      expect([textOf(events), lastOf(events, 'run-end')?.reason]).toEqual([whole, 'complete']);
      expect(await following).toEqual(events);
      const begun = await server.call('/api/chat/stream', {
        message: directive({ tokens: 2000, delayMs: 20 }),
      });
      const stopped = await other.call(`/api/runs/${begun.headers.get('x-run-id')}/stop`, { method: 'POST' });
      expect(await stopped.json()).toMatchObject({ state: 'stopped' });
      const rest = await readEvents(begun);
      expect([lastOf(rest, 'run-end')?.reason, hoursOff(rest)]).toEqual(['stopped', stepMs / HOUR_MS]);
    },
  );
});
