import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { randomFrom } from './_support/counts.ts';
import { prove } from './_support/guarantees/prove.ts';
import { MixedLoad } from './_support/mixed-load.ts';
import { spawnOwnServer } from './_support/spawn-own-server.ts';
import { spawnUpstream } from './_support/spawn-upstream.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** What a server takes once: code that is compiled, caches that fill, and logs of answers, which are kept for five minutes. */
const WARM_UP_MINUTES = 15;
const SAMPLE_MS = 10_000;
const CLIENTS = 6;
/** Beyond the five minutes that logs are kept, the 75 s of a kept connection, and the 5 s of a grace. */
const SETTLE_MS = 7 * MINUTE_MS;

interface Sample {
  atMinutes: number;
  residentMb: number;
  descriptors: number;
  /** What keeps a process: timers, sockets and all else of Node's. */
  resources: number;
}

async function takeSample(metricsUrl: string): Promise<Sample> {
  const lines = (await (await fetch(metricsUrl)).text()).split('\n');
  const read = (name: string) =>
    Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? Number.NaN);
  return {
    atMinutes: performance.now() / MINUTE_MS,
    residentMb: read('process_resident_memory_bytes') / 1e6,
    descriptors: read('process_open_fds'),
    resources: read('nodejs_active_resources_total'),
  };
}

/** Least squares. @returns MB per hour */
function growthOf(samples: readonly Sample[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map((one) => one.atMinutes)), mean(samples.map((one) => one.residentMb))];
  const covariance = mean(samples.map((one) => (one.atMinutes - x) * (one.residentMb - y)));
  return (60 * covariance) / mean(samples.map((one) => (one.atMinutes - x) ** 2));
}

it(
  'an hour of answers, departures and faults leaves a server as it was',
  async () => {
    const random = randomFrom('soak');
    const upstream = await spawnUpstream();
    const server = await spawnOwnServer(upstream.url, { GRACE_MS: '5000', METRICS_PORT: '0' });
    const { url, token } = server;
    const [, metricsUrl = ''] = await server.process.sees(/^Metrics are at (\S+),/m);
    const load = new MixedLoad({ baseUrl: url, token }, random);
    // What is opened for the first answers is kept for all.
    await load.run({ clients: 1, untilMs: performance.now() + 20_000 });
    await sleep(80_000);
    const before = await takeSample(metricsUrl);
    const samples: Sample[] = [];
    const sampling = setInterval(
      () => void takeSample(metricsUrl).then((one) => samples.push(one)),
      SAMPLE_MS,
    );
    onTestFinished(() => clearInterval(sampling));
    const begunAt = performance.now();
    const count = await load.run({ clients: CLIENTS, untilMs: begunAt + MINUTES * MINUTE_MS });
    clearInterval(sampling);
    console.log(
      load.done,
      samples.filter((_, index) => index % 30 === 0),
    );
    if (load.problems.length > 0) console.log(load.problems.slice(0, 10));
    const { seed } = random;
    prove('soak-answers', { found: load.problems.length, cases: count, seed });
    const warm = samples.filter(({ atMinutes }) => atMinutes > begunAt / MINUTE_MS + WARM_UP_MINUTES);
    prove('soak-memory', { found: growthOf(warm), cases: MINUTES, seed });
    await sleep(SETTLE_MS);
    const after = await takeSample(metricsUrl);
    const { active } = await upstream.readStats();
    const left = Math.max(0, after.descriptors - before.descriptors, after.resources - before.resources);
    expect(after).toEqual({
      atMinutes: expect.any(Number),
      residentMb: expect.any(Number),
      descriptors: expect.any(Number),
      resources: expect.any(Number),
    });
    prove('soak-left', { found: left + active, cases: count, seed });
  },
  (MINUTES + 15) * MINUTE_MS,
);
