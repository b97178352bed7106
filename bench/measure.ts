import { Agent, request } from 'node:http';
import type { Contestant } from './contestant.ts';

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Reads one stream to its end. @returns whether it came whole */
function readStream({ url, headers, body }: Contestant): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent });
    call.on('error', reject);
    call.on('response', (response) => {
      let tail = '';
      response.on('data', (chunk: Buffer) => {
        tail = (tail + chunk.toString('latin1')).slice(-400);
      });
      response.on('end', () => resolve(tail.includes('[DONE]') || tail.includes('"reason":"complete"')));
      response.on('error', reject);
    });
    call.end(body);
  });
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
      if (!(await readStream(contestant))) throw new Error(`${contestant.name} did not give a whole stream`);
    }
  };
  await Promise.all(Array.from({ length: load.atOnce }, work));
  return ((await contestant.cpuMicroseconds()) - before) / load.streams;
}
