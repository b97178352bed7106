import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { FakeStats } from './_support/fake-upstream.ts';
import { directive } from './_support/fake-upstream-script.ts';
import { prove } from './_support/guarantees/prove.ts';
import { spawnProcess } from './_support/spawn-process.ts';
import { createToken, spawnServer } from './_support/spawn-server.ts';
import { pointAtUrl } from './_support/start-server.ts';

const STREAMS = 10_000;
const BATCH = 200;

/** Memory of a process that is its own alone, in KB: what it has taken from the machine. */
async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]);
}

it.skipIf(!existsSync('/proc/self/status') || !existsSync('/usr/bin/prlimit'))(
  'a stream that waits for its model costs little memory',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-idle-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    // In a process of its own: each stream has a descriptor at the client, two at the server and one at the model.
    const fake = ['packages/server/test/_support/fake-upstream.ts'];
    await using upstream = spawnProcess(process.execPath, fake);
    const [, upstreamUrl = ''] = await upstream.sees(/"url":"([^"]+)"/);
    const activeStreams = async () =>
      ((await (await fetch(`${upstreamUrl}/stats`)).json()) as FakeStats).active;
    const environment = { ...(pointAtUrl(upstreamUrl) as Record<string, string>), DATA_DIR: dataDir };
    const token = await createToken(environment);
    await using server = await spawnServer({ ...environment, FIRST_TOKEN_TIMEOUT_MS: '600000' }, token);
    const pid = server.process.child.pid ?? 0;
    execFileSync('/usr/bin/prlimit', ['--pid', String(pid), '--nofile=65536']);
    const { port } = new URL(server.url);
    const body = JSON.stringify({ message: directive({ hang: 'first' }) });
    const request = [
      'POST /api/chat/stream HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    const sockets: ReturnType<typeof connect>[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    const open = async () => {
      const from = sockets.length;
      for (let count = 0; count < BATCH; count += 1) {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(request));
        socket.on('error', () => undefined).resume();
        sockets.push(socket);
      }
      await expect.poll(activeStreams, { timeout: 60_000 }).toBe(from + BATCH);
    };
    // What a server takes for its first streams it takes once.
    for (let count = 0; count < 5; count += 1) await open();
    await sleep(2000);
    const before = { kb: await residentKb(pid), streams: sockets.length };
    while (sockets.length < STREAMS) await open();
    // Time for what is garbage to be collected.
    await sleep(15_000);
    const perStream = ((await residentKb(pid)) - before.kb) / (sockets.length - before.streams);
    prove('idle-streams', { found: perStream, cases: sockets.length });
    expect(await activeStreams()).toBe(STREAMS);
  },
  300_000,
);
