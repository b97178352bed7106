import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { fullCounts } from './_support/counts.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { longAnswer } from './_support/long-answer.ts';
import { pointAt, readEvents, startServer, textOf } from './_support/start-server.ts';

const KIB = 1024;
const ANSWERS = 4;
const READERS = fullCounts ? 100 : ANSWERS;

const ask = '{"message":"Hi","model":"openai/gpt-4.1"}';

/** Sends a request, for an answer or for the events of one, and stops reading once it has the headers. */
function stare(
  { url, token }: { url: string; token: string },
  runId?: string,
): { close: () => void; runId: Promise<string> } {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const common = `Host: ${host}\r\nAuthorization: Bearer ${token}\r\n`;
  const head = `Content-Type: application/json\r\nContent-Length: ${ask.length}\r\n`;
  socket.write(
    runId === undefined
      ? `POST /api/chat/stream HTTP/1.1\r\n${common}${head}\r\n${ask}`
      : `GET /api/runs/${runId}/events HTTP/1.1\r\n${common}\r\n`,
  );
  const seen = new Promise<string>((resolve) => {
    socket.once('data', (answer) => {
      socket.pause();
      resolve(/x-run-id: (\S+)/i.exec(String(answer))?.[1] ?? '');
    });
  });
  return { close: () => socket.destroy(), runId: seen };
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

/** @returns what is measured when it grows no more */
async function untilSteady(measure: () => Promise<number>): Promise<number> {
  for (let before = await measure(); ;) {
    const now = await measure();
    if (now < before * 1.01) return now;
    before = now;
  }
}

it('a reader that stops reading leaves the answer in the log alone, and another follower gets it whole', async () => {
  await using upstream = await startFakeUpstream();
  await using server = await startServer(pointAt(upstream));
  upstream.script({ tokens: 20_000, tokensPerWrite: 200 });
  const staring = stare(server);
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
  const asking = Array.from({ length: ANSWERS }, () => stare(server));
  await expect.poll(() => upstream.stats.completed, { timeout: 20_000 }).toBe(ANSWERS);
  const runIds = await Promise.all(asking.map(({ runId }) => runId));
  const followers = Array.from({ length: READERS - ANSWERS }, (_, index) =>
    stare(server, runIds[index % ANSWERS]),
  );
  await Promise.all(followers.map(({ runId }) => runId));
  const whileStaring = await untilSteady(heldBytes);
  for (const { close } of [...asking, ...followers]) close();
  const afterwards = await heldBytes();
  const perReader = (whileStaring - afterwards) / READERS / KIB;
  prove('slow-readers', { found: perReader, cases: READERS });
});
