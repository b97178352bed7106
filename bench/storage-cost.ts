import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../packages/server/src/storage/open-database.ts';
import { prepareAccess } from './access.ts';
import { type Contestant, startSluice } from './contestant.ts';
import { fillStore, queries } from './fill-store.ts';
import { measureDelays, startClockUpstream } from './token-delay.ts';

const CONVERSATIONS = 10_000;
const MESSAGES = 20;
const REQUESTS = 600;
const DELAY_MS = 10_000;
const ROUNDS = 3;
const STREAMS = 20;

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

const inMs = (value: number) => value.toFixed(2);

async function timeRequests(
  paths: (index: number) => string,
  { url, headers }: { url: string; headers: Record<string, string> },
) {
  const times: number[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    const begun = performance.now();
    const response = await fetch(url + paths(index), { headers });
    if (!response.ok) throw new Error(await response.text());
    await response.arrayBuffer();
    times.push(performance.now() - begun);
  }
  return times;
}

/** Cursors of pages all over the list. */
async function readCursors({
  url,
  headers,
}: {
  url: string;
  headers: Record<string, string>;
}): Promise<string[]> {
  const cursors: string[] = [];
  let cursor: string | null = null;
  do {
    const response = await fetch(
      `${url}/api/conversations?limit=200${cursor === null ? '' : `&cursor=${cursor}`}`,
      { headers },
    );
    ({ nextCursor: cursor } = (await response.json()) as { nextCursor: string | null });
    if (cursor !== null) cursors.push(cursor);
  } while (cursor !== null);
  return cursors;
}

interface Work extends AsyncDisposable {
  name: string;
}

function startWork(
  name: string,
  script: string,
  options: { args?: string[]; environment: Record<string, string> },
): Work {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...(options.args ?? [])], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    name,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Starts the backup again as often as it ends. */
function startBackups(dataDir: string): Work {
  const file = join(dataDir, 'bench.backup');
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../packages/server/src/cli/main.ts'), 'backup', file],
        {
          env: { ...process.env, DATA_DIR: dataDir },
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      );
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error(`backup ended with ${code}`);
      await rm(file, { force: true });
    }
  })();
  return {
    name: 'backup',
    async [Symbol.asyncDispose]() {
      isOver = true;
      await work;
    },
  };
}

/** A file as ChatGPT exports it, of 5 MB. */
async function writeImportFile(dataDir: string): Promise<string> {
  const text = 'A sentence of some words that is imported again and again. '.repeat(10);
  const conversation = (index: number) => ({
    title: `Imported ${index}`,
    mapping: Object.fromEntries(
      Array.from({ length: 20 }, (_, place) => [
        `m${place}`,
        {
          parent: place === 0 ? null : `m${place - 1}`,
          message: {
            author: { role: place % 2 === 0 ? 'user' : 'assistant' },
            content: { content_type: 'text', parts: [text] },
          },
        },
      ]),
    ),
  });
  const file = join(dataDir, 'import.json');
  await writeFile(file, JSON.stringify(Array.from({ length: 350 }, (_, index) => conversation(index))));
  return file;
}

/** Prints how fast a large store answers, and what such work costs the tokens of running answers. */
export async function benchStorage(): Promise<void> {
  const access = await prepareAccess('bench-storage');
  {
    await using database = await openDatabase({ dataDir: access.dataDir });
    const user = await database.users.findByEmail('bench@example.com');
    if (user === undefined) throw new Error('no user');
    await fillStore(database, { userId: user.id, conversations: CONVERSATIONS, messages: MESSAGES });
  }
  await using upstream = await startClockUpstream();
  await using sluice = await startSluice(upstream.url, access);
  await benchReads(sluice);
  await benchDelays(sluice, access);
}

async function benchReads(sluice: Contestant): Promise<void> {
  const server = { url: new URL(sluice.url).origin, headers: sluice.headers };
  const cursors = await readCursors(server);
  console.log(
    `\n${CONVERSATIONS} conversations, ${CONVERSATIONS * MESSAGES} messages, SQLite; ms, of ${REQUESTS} requests\n`,
  );
  console.log('| request | p50 | p99 |\n|---|---|---|');
  const rows: [string, (index: number) => string][] = [
    [
      'list, 50 on a page anywhere',
      (index) => `/api/conversations?cursor=${cursors[index % cursors.length]}`,
    ],
    [
      'search, from rare words to common ones',
      (index) => `/api/conversations?q=${encodeURIComponent(queries[index % queries.length] ?? '')}`,
    ],
  ];
  for (const [name, paths] of rows) {
    const times = await timeRequests(paths, server);
    console.log(`| ${name} | ${inMs(quantile(times, 0.5))} | ${inMs(quantile(times, 0.99))} |`);
  }
}

async function benchDelays(
  sluice: Contestant,
  { dataDir, token }: { dataDir: string; token: string },
): Promise<void> {
  const environment = { URL: new URL(sluice.url).origin, TOKEN: token, FILE: await writeImportFile(dataDir) };
  const works: (() => Work)[] = [
    () => startWork('search', 'work-beside.ts', { environment: { ...environment, WORK: 'search' } }),
    () => startWork('import', 'work-beside.ts', { environment: { ...environment, WORK: 'import' } }),
    () => startBackups(dataDir),
  ];
  const measure = () => measureDelays(sluice, { streams: STREAMS, ms: DELAY_MS });
  console.log(`\nDelay of a token, ${STREAMS} streams × 50 tokens/s, ms; medians of ${ROUNDS}\n`);
  console.log('| beside it, without pause | p99 with nothing | p99 | difference |\n|---|---|---|---|');
  for (const start of works) {
    const figures: { alone: number; beside: number }[] = [];
    let name = '';
    for (let round = 0; round < ROUNDS; round += 1) {
      const alone = quantile(await measure(), 0.99);
      await using work = start();
      ({ name } = work);
      figures.push({ alone, beside: quantile(await measure(), 0.99) });
    }
    const median = (of: (figure: { alone: number; beside: number }) => number) =>
      inMs(quantile(figures.map(of), 0.5));
    console.log(
      `| ${name} | ${median(({ alone }) => alone)} | ${median(({ beside }) => beside)} | ${median(({ alone, beside }) => beside - alone)} |`,
    );
  }
}
