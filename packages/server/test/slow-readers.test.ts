import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { longAnswer } from './_support/long-answer.ts';
import { pointAt, readEvents, startServer, textOf } from './_support/start-server.ts';

const KIB = 1024;

/** Sends a request, and stops reading once it has the headers. */
function startAndStare(url: string, token: string): { close: () => void; runId: Promise<string> } {
  const { hostname, port, host } = new URL(url);
  const body = '{"message":"Hi","model":"openai/gpt-4.1"}';
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /api/chat/stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const runId = new Promise<string>((resolve) => {
    socket.once('data', (head) => {
      socket.pause();
      resolve(/x-run-id: (\S+)/i.exec(String(head))?.[1] ?? '');
    });
  });
  return { close: () => socket.destroy(), runId };
}

/** Bytes this process holds on to. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 4; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('a reader that stops reading leaves the answer in the log alone, and another follower gets it whole', async () => {
  await using upstream = await startFakeUpstream();
  await using server = await startServer(pointAt(upstream));
  upstream.script({ tokens: 20_000, tokensPerWrite: 200 });
  const staring = startAndStare(server.url, server.token);
  const runId = await staring.runId;
  await upstream.idle();
  const events = await readEvents(await server.call(`/api/runs/${runId}/events`));
  expect(textOf(events)).toContain(' t19999');
  expect(events.at(-1)?.event).toMatchObject({ type: 'run-end', reason: 'complete' });
  staring.close();
});

it('a reader that stops reading holds no more than 256 KiB beyond the log', async () => {
  await using upstream = await startFakeUpstream();
  await using server = await startServer({ ...pointAt(upstream), MAX_RUNS_PER_USER: '0' });
  upstream.script({ rawBase64: Buffer.from(longAnswer()).toString('base64') });
  const readers = 4;
  const staring = Array.from({ length: readers }, () => startAndStare(server.url, server.token));
  await expect.poll(() => upstream.stats.completed, { timeout: 20_000 }).toBe(readers);
  const whileStaring = await heldBytes();
  for (const { close } of staring) close();
  const afterwards = await heldBytes();
  const perReader = (whileStaring - afterwards) / readers / KIB;
  prove('slow-readers', { found: perReader, cases: readers });
});
