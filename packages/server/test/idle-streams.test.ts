import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { spawnOwnServer } from './_support/spawn-own-server.ts';
import { spawnUpstream } from './_support/spawn-upstream.ts';

/** Each server needs two descriptors per stream, and a process may have 20,000 where more are not allowed. */
const SERVERS = 2;
const STREAMS_EACH = 5000;
const BATCH = 200;
/** What a server takes for its first streams it takes once. */
const WARM_UP = 1000;

/** Memory of a process that is its own alone, in KB: what it has taken from the machine. */
async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** A server whose every stream waits for its model. */
async function startServer(upstreamUrl: string) {
  const { url, token, process } = await spawnOwnServer(upstreamUrl, { FIRST_TOKEN_TIMEOUT_MS: '600000' });
  const body = JSON.stringify({ message: directive({ hang: 'first' }) });
  const head = `POST /api/chat/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}`;
  const request = `${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const port = Number(new URL(url).port);
  return {
    memoryKb: () => residentKb(process.child.pid ?? 0),
    open() {
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.on('error', () => undefined).resume();
      onTestFinished(() => void socket.destroy());
    },
  };
}

it.skipIf(!existsSync('/proc/self/status'))(
  'a stream that waits for its model costs little memory',
  async () => {
    const model = await spawnUpstream();
    const activeStreams = async () => (await model.readStats()).active;
    let [streams, growthKb] = [0, 0];
    for (let count = 0; count < SERVERS; count += 1) {
      const server = await startServer(model.url);
      const openUntil = async (each: number) => {
        const until = count * STREAMS_EACH + each;
        while (streams < until) {
          for (let opened = 0; opened < BATCH; opened += 1) server.open();
          streams += BATCH;
          await expect.poll(activeStreams, { timeout: 60_000 }).toBe(streams);
        }
        // Time for what is garbage to be collected.
        await sleep(10_000);
      };
      await openUntil(WARM_UP);
      const before = await server.memoryKb();
      await openUntil(STREAMS_EACH);
      growthKb += (await server.memoryKb()) - before;
    }
    const perStream = growthKb / SERVERS / (STREAMS_EACH - WARM_UP);
    prove('idle-streams', { found: perStream, cases: streams });
  },
  300_000,
);
