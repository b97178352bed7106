import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { it, onTestFinished } from 'vitest';
import { randomFrom } from './_support/counts.ts';
import { proveAll } from './_support/guarantees/prove.ts';
import { MixedLoad } from './_support/mixed-load.ts';
import { spawnOwnServer } from './_support/spawn-own-server.ts';
import { spawnUpstream } from './_support/spawn-upstream.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** What a server takes once: code that is compiled, caches that fill, and logs of answers, which are kept for five minutes. */
const WARM_UP_MINUTES = 15;
const SAMPLE_MS = 10_000;
const CLIENTS = 6;
/** Beyond the five minutes of a log, the 75 s of a kept connection and the 5 s of a grace; within the ten of the token counter. */
const SETTLE_MS = 5.5 * MINUTE_MS;

const countTimers = new URL('_support/count-timers.ts', import.meta.url).href;

interface Sample {
  atMinutes: number;
  residentMb: number;
  descriptors: number;
}

async function takeSample(metricsUrl: string): Promise<Sample> {
  const lines = (await (await fetch(metricsUrl)).text()).split('\n');
  const read = (name: string) =>
    Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? Number.NaN);
  return {
    atMinutes: performance.now() / MINUTE_MS,
    residentMb: read('process_resident_memory_bytes') / 1e6,
    descriptors: read('process_open_fds'),
  };
}

/** What was held at the least in each minute: what is garbage comes and goes. */
function lowestOf(samples: readonly Sample[]): Sample[] {
  const minutes = Map.groupBy(samples, ({ atMinutes }) => Math.floor(atMinutes));
  return [...minutes.values()].map((some) =>
    some.reduce((lowest, one) => (one.residentMb < lowest.residentMb ? one : lowest)),
  );
}

/** Least squares. @returns MB per hour */
function growthOf(samples: readonly Sample[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map((one) => one.atMinutes)), mean(samples.map((one) => one.residentMb))];
  const covariance = mean(samples.map((one) => (one.atMinutes - x) * (one.residentMb - y)));
  return (60 * covariance) / mean(samples.map((one) => (one.atMinutes - x) ** 2));
}

/** A server that says what it has, and the model behind it. */
async function start() {
  const upstream = await spawnUpstream();
  const server = await spawnOwnServer(upstream.url, {
    GRACE_MS: '5000',
    METRICS_PORT: '0',
    // So that it is full within a minute.
    EVENT_LOG_MB: '64',
    NODE_OPTIONS: `--import=${countTimers}`,
  });
  const [, metricsUrl = ''] = await server.process.sees(/^Metrics are at (\S+),/m);
  let asked = 0;
  return {
    connection: { baseUrl: server.url, token: server.token },
    sample: () => takeSample(metricsUrl),
    /** What is held when nobody is there. */
    async countHeld() {
      asked += 1;
      server.process.child.kill('SIGUSR2');
      const [, timers] = await server.process.sees(new RegExp(`^timers ${asked}: (\\d+)$`, 'm'));
      const { descriptors } = await takeSample(metricsUrl);
      return { descriptors, timers: Number(timers), calls: (await upstream.readStats()).active };
    },
  };
}

it.skipIf(!existsSync('/proc/self/status'))(
  'an hour of answers, departures and faults leaves a server as it was',
  async () => {
    const random = randomFrom('soak');
    const server = await start();
    const load = new MixedLoad(server.connection, random);
    // What is opened for the first of a kind is kept for all.
    await load.runOnce();
    await sleep(SETTLE_MS);
    const before = await server.countHeld();
    const samples: Sample[] = [];
    const note = (error: unknown) => void load.problems.push(`sample: ${String(error)}`);
    const sampling = setInterval(
      () => void server.sample().then((one) => samples.push(one), note),
      SAMPLE_MS,
    );
    onTestFinished(() => clearInterval(sampling));
    const begunAt = performance.now();
    const count = await load.run({ clients: CLIENTS, untilMs: begunAt + MINUTES * MINUTE_MS });
    clearInterval(sampling);
    const warm = samples.filter(({ atMinutes }) => atMinutes > begunAt / MINUTE_MS + WARM_UP_MINUTES);
    await sleep(SETTLE_MS);
    const after = await server.countHeld();
    console.log(load.done, { before, after }, load.problems.slice(0, 10));
    console.log(samples.filter((_, index) => index % 30 === 0));
    const held = (['descriptors', 'timers', 'calls'] as const).map((kind) => after[kind] - before[kind]);
    const { seed } = random;
    proveAll([
      ['soak-answers', { found: load.problems.length, cases: count, seed }],
      ['soak-memory', { found: growthOf(lowestOf(warm)), cases: MINUTES - WARM_UP_MINUTES, seed }],
      ['soak-left', { found: Math.max(0, ...held), cases: count, seed }],
    ]);
  },
  (MINUTES + 20) * MINUTE_MS,
);
