import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { pointAt, readEvents, startServer, textOf } from './_support/start-server.ts';

const KIB = 1024;

/** Sends a request and never reads the answer. */
function startAndStare(url: string, token: string): { close: () => void } {
  const { hostname, port, host } = new URL(url);
  const body = '{"message":"Hi","model":"openai/gpt-4.1"}';
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(
    `POST /api/chat/stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return { close: () => socket.destroy() };
}

/** 12,000 KiB of answer, far beyond what the kernel's socket buffers swallow. */
function longAnswer(): string {
  const frame = (delta: object, finishReason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
  const text = frame({ content: 'x'.repeat(30 * KIB) }, null).repeat(400);
  return `${text}${frame({}, 'stop')}data: [DONE]\n\n`;
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
  await expect.poll(() => upstream.stats.requests).toBe(1);
  await upstream.idle();
  const stream = await server.call('/api/chat/stream', { body: { message: 'Hi' } });
  expect(textOf(await readEvents(stream))).toContain(' t19999');
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
  console.log(`a reader that stopped reading held ${perReader.toFixed(0)} KiB beyond its 12,000 KiB of log`);
  expect(perReader).toBeLessThan(256);
});
