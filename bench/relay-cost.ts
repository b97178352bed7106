import {
  createDatabase,
  hasPostgres,
  startPostgres,
} from '../packages/server/test/_support/start-postgres.ts';
import { hasRedis, startRedis } from '../packages/server/test/_support/start-redis.ts';
import { prepareAccess } from './access.ts';
import { type Contestant, startPipe, startSluice } from './contestant.ts';
import { cpuPerStream, cpuPerToken } from './measure.ts';
import { type PacedUpstream, startPacedUpstream } from './paced-upstream.ts';

interface Scenario {
  name: string;
  measure(contestant: Contestant, upstream: PacedUpstream): Promise<number>;
}

const shortRequests: Scenario = {
  name: 'short requests (4 tokens), 16 at a time, per request',
  measure(contestant, upstream) {
    upstream.pace({ tokens: 4, perSecond: 0 });
    return cpuPerStream(contestant, { streams: 2000, atOnce: 16 });
  },
};

const paced = (streams: number, perSecond: number): Scenario => ({
  name: `${streams} streams × ${perSecond} tokens/s, per token`,
  measure(contestant, upstream) {
    upstream.pace({ tokens: 1e6, perSecond });
    return cpuPerToken(contestant, { streams, windowMs: 4000, sent: () => upstream.sent });
  },
});

const scenarios = [
  shortRequests,
  paced(1000, 10),
  // How the cost grows: at a pace at which one core has enough for the most of them.
  ...[100, 300, 1000, 3000].map((streams) => paced(streams, 4)),
];

const ROUNDS = 3;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Prints what Sluice costs beside a byte pipe, in one run on one machine: quote the ratios. */
export async function benchRelay(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startPacedUpstream());
  const contestants = [
    stack.use(await startPipe(upstream.url)),
    stack.use(await startSluice(upstream.url, await prepareAccess('bench'))),
  ];
  if (hasPostgres && hasRedis) contestants.push(await startShared(upstream, stack));
  console.log(`\nCPU µs of the server's process, medians of ${ROUNDS}; × the byte pipe\n`);
  console.log(`| scenario | ${contestants.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(contestants.length)}`);
  for (const scenario of scenarios) {
    const costs: number[][] = contestants.map(() => []);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        const cost = await scenario.measure(contestant, upstream);
        // The first is to warm up.
        if (round > 0) costs[index]?.push(cost);
      }
    }
    const cells = costs.map((own) => {
      const ratio = median(own.map((cost, round) => cost / (costs[0]?.[round] ?? NaN)));
      return `${median(own).toFixed(1)} (${ratio.toFixed(2)})`;
    });
    console.log(`| ${scenario.name} | ${cells.join(' | ')} |`);
  }
}

/** As one of several servers, its log in Redis. */
async function startShared(upstream: PacedUpstream, stack: AsyncDisposableStack): Promise<Contestant> {
  const postgres = stack.use(await startPostgres());
  const redis = stack.use(await startRedis());
  const DATABASE_URL = await createDatabase(postgres.url);
  const access = await prepareAccess('bench-shared', DATABASE_URL);
  const shared = { DATABASE_URL, REDIS_URL: redis.url, JWT_SECRET: access.secret };
  return stack.use(
    await startSluice(upstream.url, access, { name: 'Sluice, log in Redis', environment: shared }),
  );
}
