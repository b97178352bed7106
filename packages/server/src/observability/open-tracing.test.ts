import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeptLogger, endedRun, requestScope } from './observability.fixture.ts';
import { openTracing } from './open-tracing.ts';
import { runInScope } from './request-scope.ts';

/** A collector that accepts and says nothing. */
const silent = createServer();
let connections = 0;
silent.on('connection', (socket) => {
  connections += 1;
  socket.on('error', () => undefined).resume();
  socket.once('close', () => (connections -= 1));
});

beforeEach(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(async () => {
  const closed = once(silent, 'close');
  silent.close();
  await closed;
});

const run = { id: 'run', conversationId: null };
function open() {
  const { logger, lines } = createKeptLogger('info');
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  return { lines, tracing: openTracing({ endpoint, logger, findUpstream: () => undefined }) };
}

it('ends within its two seconds beside a collector that says nothing, and leaves no connection', async () => {
  const { tracing } = open();
  tracing.runs.begin(run).end(endedRun);
  await expect.poll(() => connections, { timeout: 5000 }).toBe(1);
  const begunAt = performance.now();
  await tracing[Symbol.asyncDispose]();
  expect(performance.now() - begunAt).toBeLessThan(4000);
  // What is still open keeps the process.
  await expect.poll(() => connections, { timeout: 1000 }).toBe(0);
});

it('tells of what is lost without the name of who happened to ask', async () => {
  const { tracing, lines } = open();
  await using _tracing = tracing;
  runInScope(requestScope, () => tracing.runs.begin(run).end(endedRun));
  await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(1);
  expect(lines[0]).toMatchObject({ msg: 'the collector takes no traces: they are lost' });
  expect(lines[0]).not.toHaveProperty('requestId');
  expect(lines[0]).not.toHaveProperty('userId');
}, 15_000);
