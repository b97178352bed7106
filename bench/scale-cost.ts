import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, startPostgres } from '../packages/server/test/_support/start-postgres.ts';
import { startRedis } from '../packages/server/test/_support/start-redis.ts';
import { type StoreCounters, readStoreCounters } from '../packages/server/test/_support/store-counters.ts';
import { prepareAccess } from './access.ts';
import { type Contestant, startPipe, startSluice } from './contestant.ts';
import { cpuPerToken, readStream } from './measure.ts';
import { startPacedUpstream } from './paced-upstream.ts';

const RUNS = 500;
const PACE = { tokens: 200, perSecond: 10 };

type Costs = StoreCounters & { serverCpuMicroseconds: number };

/** Prints what one run and one token cost the stores of several servers: the constants of docs/scaling.md. */
export async function benchScale(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startPacedUpstream());
  const postgres = stack.use(await startPostgres());
  const redis = stack.use(await startRedis());
  const databaseUrl = await createDatabase(postgres.url);
  const access = await prepareAccess('bench-scale', databaseUrl);
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, JWT_SECRET: access.secret };
  const server = stack.use(await startSluice(upstream.url, access, { environment }));
  const read = async (): Promise<Costs> => ({
    ...(await readStoreCounters({ databaseUrl, redisUrl: redis.url })),
    serverCpuMicroseconds: await server.cpuMicroseconds(),
  });
  const measure = async (work: () => Promise<unknown>) => {
    const before = await read();
    await work();
    const after = await read();
    return (name: keyof Costs) => after[name] - before[name];
  };
  const measureRuns = async (pace: { tokens: number; perSecond: number }, atOnce: number) => {
    upstream.pace(pace);
    const ask = await prepare(server, RUNS);
    return measure(() => ask(atOnce));
  };
  const once = { tokens: 1, perSecond: 0 };
  await measureRuns(once, 16);
  // What goes on without anybody asking: leases, looks at the clock, this reading itself.
  const idle = await measure(() => sleep((1000 * PACE.tokens) / PACE.perSecond));
  const short = await measureRuns(once, 16);
  const long = await measureRuns(PACE, RUNS);
  const perRun = (name: keyof Costs) => short(name) / RUNS;
  // The long runs are as many, and took as long as the idle time.
  const perToken = (name: keyof Costs) =>
    (long(name) - idle(name) - perRun(name) * RUNS) / (RUNS * (PACE.tokens - 1));
  const pipe = stack.use(await startPipe(upstream.url));
  upstream.pace({ ...PACE, tokens: 1e6 });
  const pipeCost = await cpuPerToken(pipe, { streams: RUNS, windowMs: 5000, sent: () => upstream.sent });
  console.log(`\nA byte pipe takes ${pipeCost.toFixed(1)} µs of CPU per token here: compare with that.`);
  console.log(
    `\n${RUNS} runs in conversations, of 1 token and of ${PACE.tokens} at ${PACE.perSecond} a second\n`,
  );
  console.log('| | per run | per token more |\n|---|---|---|');
  for (const [name, title] of Object.entries(titles) as [keyof Costs, string][])
    console.log(`| ${title} | ${perRun(name).toFixed(1)} | ${perToken(name).toFixed(3)} |`);
}

const titles: Record<keyof Costs, string> = {
  serverCpuMicroseconds: "server's CPU, µs",
  redisCommands: 'Redis: commands',
  redisCpuMicroseconds: "Redis' CPU, µs",
  redisBytes: 'Redis: bytes kept until the log goes',
  redisBytesOut: 'Redis: bytes sent',
  commits: 'Postgres: transactions',
  rowsWritten: 'Postgres: rows written',
  walBytes: 'Postgres: bytes of WAL',
};

/** Makes so many conversations. @returns what asks a question in each, so many at a time */
async function prepare(server: Contestant, runs: number): Promise<(atOnce: number) => Promise<void>> {
  const { url, headers, body } = server;
  const contestants: Contestant[] = [];
  while (contestants.length < runs) {
    const made = await fetch(new URL('/api/conversations', url), { method: 'POST', headers, body: '{}' });
    const { id: conversationId } = (await made.json()) as { id: string };
    contestants.push({
      ...server,
      body: JSON.stringify({ ...(JSON.parse(body) as object), conversationId }),
    });
  }
  return async (atOnce) => {
    const work = async (_: unknown, index: number) => {
      // Not all in one moment, as people do not come in one.
      await sleep(index * 20);
      for (let next = contestants.pop(); next !== undefined; next = contestants.pop()) await readStream(next);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  };
}
