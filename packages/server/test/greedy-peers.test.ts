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

/** Of a connection that sends a request a byte at a time, every second, and is told 408, or nothing, at last. */
function drip(server: OwnServer): Socket {
  const socket = connectTo(server);
  const request = `GET /api/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Filler: ${'x'.repeat(1000)}`;
  let sent = 0;
  const dripping = setInterval(() => {
    if (socket.writable) socket.write(request[sent % request.length] ?? '');
    sent += 1;
  }, 1000);
  onTestFinished(() => clearInterval(dripping));
  socket.resume();
  return socket;
}

it('requests that come a byte a second hold nobody up, and are closed', { timeout: 180_000 }, async () => {
  const upstream = await spawnUpstream();
  const server = await spawnOwnServer(upstream.url);
  const sockets = Array.from({ length: DRIPPING }, () => drip(server));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const begunAt = performance.now();
  let failed = 0;
  while (performance.now() - begunAt < 95_000) {
    failed += (await timeOthers(server)).failed;
    await sleep(5000);
  }
  const open = sockets.filter(({ closed }) => !closed).length;
  prove('dripping-requests', { found: open + failed, cases: DRIPPING });
});
