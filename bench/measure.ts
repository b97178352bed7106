import { Agent, type ClientRequest, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contestant } from './contestant.ts';

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Reads one stream to its end. @throws {Error} where it does not come whole */
export async function readStream({ name, url, headers, body }: Contestant): Promise<void> {
  const end = await new Promise<string>((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent });
    call.on('error', reject);
    call.on('response', (response) => {
      let tail = '';
      response.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('latin1')).slice(-400);
      });
      response.on('end', () => resolve(tail));
      response.on('error', reject);
    });
    call.end(body);
  });
  if (!/\[DONE\]|"reason":"complete"/.test(end))
    throw new Error(`${name} did not give a whole stream, but ${end}`);
}

/** @returns a connection on which a stream has begun */
function openStream({ url, headers, body }: Contestant): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      response.on('error', () => {});
      response.once('data', () => resolve(call));
      response.resume();
    });
    call.end(body);
  });
}

/** @returns CPU time per token, in µs, while `streams` are open: neither their beginning nor their end is in it */
export async function cpuPerToken(
  contestant: Contestant,
  load: { streams: number; windowMs: number; sent: () => number },
): Promise<number> {
  const calls: ClientRequest[] = [];
  // A hundred at a time: a listening socket holds no more that wait.
  while (calls.length < load.streams) {
    const count = Math.min(100, load.streams - calls.length);
    calls.push(...(await Promise.all(Array.from({ length: count }, () => openStream(contestant)))));
  }
  await sleep(1000);
  const [cpuBefore, sentBefore] = [await contestant.cpuMicroseconds(), load.sent()];
  await sleep(load.windowMs);
  const [cpu, sent] = [(await contestant.cpuMicroseconds()) - cpuBefore, load.sent() - sentBefore];
  for (const call of calls) call.on('error', () => {}).destroy();
  await sleep(500);
  return cpu / sent;
}

/** @returns CPU time per stream, in µs, of `streams` streams of which `atOnce` run at a time */
export async function cpuPerStream(
  contestant: Contestant,
  load: { streams: number; atOnce: number },
): Promise<number> {
  const before = await contestant.cpuMicroseconds();
  let left = load.streams;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await readStream(contestant);
    }
  };
  await Promise.all(Array.from({ length: load.atOnce }, work));
  return ((await contestant.cpuMicroseconds()) - before) / load.streams;
}
