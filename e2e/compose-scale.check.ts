import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type RunEvent, followRun, foldEvents, stopRun, streamRun } from '@sluice/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directive } from '../packages/server/test/_support/fake-upstream-script.ts';
import { SteadyLoad } from '../packages/server/test/_support/steady-load.ts';
import { beginStream } from './_support/begin-stream.ts';
import { composeStack } from './_support/compose-stack.ts';
import { expectConfined } from './_support/expect-confined.ts';
import { numberedTokens } from './_support/numbered-tokens.ts';
import { moveIn } from './_support/resident.ts';

// Run by `node scripts/run.mjs compose-check`, not by npm test.
const stack = composeStack(['docker-compose.scale.yml', 'e2e/compose.fake-upstream.yml'], {
  // With what a URL has other uses for.
  POSTGRES_PASSWORD: 'only:of/this@check#%25',
  JWT_SECRET: 'only-of-this-check-5d0c2f9be7a14f63',
  // One user asks for everything.
  MAX_RUNS_PER_USER: '0',
  RATE_LIMIT_PER_MINUTE: '0',
});
const { url, compose, docker, containers, untilHealthy, up, down, createToken, stats } = stack;

describe('docker compose up with docker-compose.scale.yml', () => {
  let connection: Connection;
  let servers: string[];
  beforeAll(async () => {
    await up('--build');
    connection = { baseUrl: url, token: await createToken() };
    servers = await containers('server');
    expect(servers).toHaveLength(2);
  }, 900_000);
  afterAll(() => down(), 120_000);

  it('shows and stops an answer of either server, whichever nginx asks', async () => {
    const own: RunEvent[] = [];
    const asked = Promise.withResolvers<string>();
    const caller = (async () => {
      const request = { message: directive({ tokens: 2000, delayMs: 20 }) };
      for await (const event of streamRun({ ...connection, request })) {
        own.push(event);
        if (event.type === 'run-start') asked.resolve(event.runId);
      }
    })();
    const runId = await asked.promise;
    const follow = async () => {
      const events: RunEvent[] = [];
      for await (const { event } of followRun({ ...connection, runId, after: 0 })) events.push(event);
      return events;
    };
    const followers = Promise.all(Array.from({ length: 6 }, follow));
    await sleep(1000);
    for (const _server of servers) {
      expect(await stopRun(connection, runId)).toMatchObject({ runId, state: 'stopped' });
    }
    await caller;
    expect(foldEvents(own)).toMatchObject({ end: { reason: 'stopped' } });
    for (const events of await followers) expect(events).toEqual(own);
    expect((await stats()).active).toBe(0);
    const log = await compose('logs', '--no-log-prefix', 'nginx');
    const asks = log.split('\n').filter((line) => line.includes(`GET /api/runs/${runId}/events`));
    expect(asks).toHaveLength(6);
    expect(new Set(asks.map((line) => /server="([^"]+)"/.exec(line)?.[1])).size).toBe(2);
  });

  it('loses nothing when its servers are restarted one after the other', async () => {
    const before = await stats();
    const startedAt = performance.now();
    using load = new SteadyLoad(connection, 20);
    for (const server of servers) {
      await sleep(4000);
      await docker('stop', '-t', '60', server);
      // It has drained, and was not killed.
      expect(await docker('inspect', '-f', '{{.State.ExitCode}}', server)).toBe('0');
      await docker('start', server);
      await untilHealthy(server);
    }
    await sleep(4000);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const total = await load.end();
    const seen = JSON.stringify(load.answers);
    console.log(
      `${total} streams in ${seconds} s, ${load.problems.length} failed, ${load.resumed} came back; answers: ${seen}`,
    );
    expect(load.problems).toEqual([]);
    expect(total).toBeGreaterThan(seconds * 19);
    // A request that was sent again made no second call.
    expect((await stats()).requests - before.requests).toBe(total);
  }, 180_000);

  it('lets no container be root, write its files, or be reached but through nginx on loopback', async () => {
    await expectConfined(stack, ['nginx', 'postgres', 'redis', 'server', 'server']);
  });

  it('ends the answers of a server that is killed within seconds, tells their readers, and has it back', async () => {
    const [victim = ''] = servers;
    const streams = Array.from({ length: 8 }, () => beginStream(connection, { tokens: 400, delayMs: 30 }));
    await Promise.all(streams.map((stream) => stream.until(5)));
    const killedAt = performance.now();
    // The process, not the container: what Docker is told to end it does not start again.
    const kill =
      'for p in /proc/[0-9]*; do case $(readlink $p/exe) in */node) kill -9 ${p#/proc/};; esac; done';
    await docker('exec', victim, 'sh', '-c', kill).catch(() => undefined);
    const ends = await Promise.all(
      streams.map(async ({ ended }) => {
        const { end, content } = await ended;
        return { reason: end?.reason, content, afterMs: Math.round(performance.now() - killedAt) };
      }),
    );
    const cut = ends.filter(({ reason }) => reason === 'interrupted');
    console.log(
      `${cut.length} of 8 answers were the killed server's; they ended after ${cut.map(({ afterMs }) => afterMs).join(', ')} ms`,
    );
    expect(cut.length).toBeGreaterThan(0);
    for (const { content, afterMs } of cut) {
      expect(numberedTokens(400).startsWith(content) && content !== '').toBe(true);
      expect(afterMs).toBeLessThan(15_000);
    }
    const others = ends.filter(({ reason }) => reason === 'complete');
    expect(others.map(({ content }) => content)).toEqual(others.map(() => numberedTokens(400)));
    expect(cut.length + others.length).toBe(8);
    await untilHealthy(victim);
    expect(await docker('inspect', '-f', '{{.RestartCount}}', victim)).toBe('1');
  }, 120_000);

  it('has after down and up what it had', async () => {
    const resident = await moveIn(stack);
    const own = { baseUrl: url, token: resident.accessToken };
    const { conversationId } = resident;
    await beginStream(own, { text: 'To be kept' }, { conversationId }).ended;
    await compose('down', '--timeout', '10');
    await up();
    expect(await resident.messages()).toContainEqual(
      expect.objectContaining({ content: 'To be kept', reason: 'complete' }),
    );
    expect(await resident.refresh()).toBe(200);
    const again = beginStream(connection, { text: 'Welcome back' });
    expect(await again.ended).toMatchObject({ content: 'Welcome back', end: { reason: 'complete' } });
  }, 120_000);
});
