import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { directive, tokensOf } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import type { SpawnedServer } from './_support/spawn-server.ts';
import { spawnOwnServer } from './_support/spawn-own-server.ts';
import { spawnUpstream } from './_support/spawn-upstream.ts';
import { readEvents, textOf } from './_support/start-server.ts';

type OwnServer = SpawnedServer & { token: string };

const SLOW_READERS = 200;
const DRIPPING = 500;
const fast = { tokens: 50, delayMs: 20 };
const fastText = tokensOf(fast, '').join('');

/** Answers of others, twenty at a time. @returns ms that each took which came whole, sorted, and how many did not */
async function timeOthers(server: SpawnedServer): Promise<{ times: number[]; failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const ask = async () => {
    const begunAt = performance.now();
    const response = await server.call('/api/chat/stream', { message: directive(fast) });
    if (textOf(await readEvents(response)) === fastText) times.push(performance.now() - begunAt);
    else failed += 1;
  };
  for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 20 }, ask));
  return { times: times.toSorted((one, other) => one - other), failed };
}

const medianOf = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

function connectTo({ url }: SpawnedServer): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Reads the events of an answer, a kilobyte in a second. @returns what is counted of it */
function readSlowly(server: OwnServer, runId: string | null): { bytes: number } {
  const socket = connectTo(server);
  socket.write(
    `GET /api/runs/${runId}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${server.token}\r\n\r\n`,
  );
  const read = { bytes: 0 };
  const reading = setInterval(() => {
    const chunk = socket.read(Math.min(1024, socket.readableLength)) as Buffer | null;
    read.bytes += chunk?.length ?? 0;
  }, 1000);
  onTestFinished(() => clearInterval(reading));
  return read;
}

it('readers at a kilobyte a second slow nobody down', { timeout: 120_000 }, async () => {
  const upstream = await spawnUpstream();
  const server = await spawnOwnServer(upstream.url);
  // Far more than the kernel's buffers hold for a reader.
  const long = directive({ tokens: 1_500_000, tokensPerWrite: 5000 });
  const response = await server.call('/api/chat/stream', { message: long, onDisconnect: 'finish' });
  await response.body?.cancel();
  await expect.poll(async () => (await upstream.readStats()).completed, { timeout: 60_000 }).toBe(1);
  await timeOthers(server);
  const alone = await timeOthers(server);
  const runId = response.headers.get('x-run-id');
  const slow = Array.from({ length: SLOW_READERS }, () => readSlowly(server, runId));
  await expect
    .poll(() => Math.min(...slow.map(({ bytes }) => bytes)), { timeout: 20_000 })
    .toBeGreaterThan(3000);
  const beside = await timeOthers(server);
  expect([alone.failed, beside.failed]).toEqual([0, 0]);
  const addedMs = Math.max(0, medianOf(beside.times) - medianOf(alone.times));
  prove('slow-neighbours', { found: addedMs, cases: SLOW_READERS });
});

/** What a body takes at the most, and the half a minute between two looks at it. */
const BODY_MS = 335_000;
const HEAD_MS = 95_000;

const head = 'POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\n';

/** A connection that sends a byte of its request every second. */
function drip(server: OwnServer, { at, drop }: { at: string; drop: string }): Socket {
  const socket = connectTo(server);
  socket.write(at);
  const dripping = setInterval(() => void (socket.writable && socket.write(drop)), 1000);
  onTestFinished(() => clearInterval(dripping));
  return socket.resume();
}

const countOpen = (sockets: readonly Socket[]) => sockets.filter(({ closed }) => !closed).length;

it('requests that come a byte a second hold nobody up, and are closed', { timeout: 400_000 }, async () => {
  const upstream = await spawnUpstream();
  const server = await spawnOwnServer(upstream.url);
  const authorized = `${head}Authorization: Bearer ${server.token}\r\nContent-Type: application/json\r\n`;
  const open = (parts: { at: string; drop: string }) =>
    Array.from({ length: DRIPPING / 2 }, () => drip(server, parts));
  const heads = open({ at: `${head}X-Filler: `, drop: 'x' });
  const bodies = open({ at: `${authorized}Content-Length: 10000\r\n\r\n`, drop: ' ' });
  await Promise.all([...heads, ...bodies].map((socket) => once(socket, 'connect')));
  const begunAt = performance.now();
  let failed = 0;
  const answerUntil = async (ms: number) => {
    while (performance.now() - begunAt < ms) {
      failed += (await timeOthers(server)).failed;
      await sleep(5000);
    }
  };
  await answerUntil(HEAD_MS);
  const openHeads = countOpen(heads);
  expect(countOpen(bodies)).toBe(bodies.length);
  await answerUntil(BODY_MS);
  prove('dripping-requests', { found: openHeads + countOpen(bodies) + failed, cases: DRIPPING });
});
