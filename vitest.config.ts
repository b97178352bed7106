import { defineConfig } from 'vitest/config';
import { GuaranteesReporter } from './packages/server/test/_support/guarantees/report-guarantees.ts';

/** They wait more than they work: several at a time, even where there are but two cores. */
const together = (groupOrder: number, maxWorkers = 2) => ({ maxWorkers, sequence: { groupOrder } });
/** What they measure is time: one at a time, after all that stand before them. */
const alone = (groupOrder: number) => ({ maxWorkers: 1, sequence: { groupOrder } });

/** Of `npm run guarantees`: what takes too long for each commit. */
const isFull = process.env['SLUICE_FULL_COUNTS'] === '1';

/** How long a condition is waited for; a test that measures time says so itself. */
const expect = { poll: { timeout: 5000 } };

const unit = (name: string, include: string[]) => ({ test: { ...together(0), name, include } });

/** Suites of the whole server that measure seconds: a neighbour does not matter. */
const serverInPairs =
  'packages/server/test/{doctor,replicas,replicas-faults,replicas-limits,websocket-limits}.test.ts';
/** Those that measure milliseconds or memory, or load all of the machine. */
const serverInTime =
  'packages/server/test/{disconnects,greedy-peers,idle-streams,long-imports,long-paths,nginx,nginx-proxied,nginx-tls,rolling-restart,shutdown-under-load,slow-readers,soak,stop-and-follow}.test.ts';
/** They load all of the machine, or take minutes: of `npm run guarantees` alone. */
const onlyFull = isFull ? [] : ['**/{greedy-peers,idle-streams,rolling-restart,soak}.test.ts'];
const fromDatabaseToDatabase = '**/backup.test.ts';
/** What need not be run again on Postgres, since it says nothing of what is stored, or has a Postgres of its own. */
const notOfStorage = [
  '**/{architecture,client-package,clock-jumps,config-file,crash-recovery,docs,doctor,examples,openapi,lifecycle,local-ollama,nginx,nginx-proxied,nginx-tls,record-stream,response-headers,security,storage-faults,workflows}.test.ts',
  '**/replicas*.test.ts',
  '**/{abuse,ai-sdk,anthropic-sdk,attempts,canaries,chat-stream,cross-site,cut-answers,dialect-errors,every-provider,foreign-addresses,forged-tokens,formats,greedy-peers,guarantees,hostile-requests,idle-streams,injection,limits,one-run-many-readers,openai-sdk,resume,rolling-restart,slow-readers,soak,unreadable-requests,upstream-faults,validation,websocket,websocket-limits}.test.ts',
];

const wholeServer = (name: string, test: object) => ({
  test: {
    // Their servers share nothing; loading the sources anew for each file is a sixth of their time.
    isolate: false,
    include: ['packages/server/test/**/*.test.ts'],
    testTimeout: isFull ? 300_000 : 30_000,
    hookTimeout: 30_000,
    expect,
    ...test,
    name,
  },
});

/** The same suites again, on a real Postgres. */
const wholeServerOnPostgres = (name: string, test: object) =>
  wholeServer(name, {
    ...test,
    globalSetup: ['packages/server/test/_support/provide-postgres.ts'],
    setupFiles: ['packages/server/test/_support/use-postgres.ts'],
  });

/** Browser tests that measure time, or look at single frames. */
const inTime =
  'e2e/{budgets,composer,conversation-list,long-list,markdown,scroll,streaming,streaming-tabs}.test.ts';

const inBrowser = (name: string, test: object) => ({
  test: {
    ...test,
    name,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect,
  },
});

export default defineConfig({
  test: {
    ...(isFull && { reporters: ['default', new GuaranteesReporter()] }),
    projects: [
      unit('shared', ['packages/shared/src/**/*.test.ts']),
      {
        test: {
          ...together(0),
          name: 'server',
          include: ['packages/server/src/**/*.test.ts'],
          globalSetup: [
            'packages/server/test/_support/provide-postgres.ts',
            'packages/server/test/_support/provide-redis.ts',
          ],
          // A database that is made anew takes seconds where others are at work.
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      unit('web', ['packages/web/src/**/*.test.{ts,tsx}']),
      wholeServer('whole-server', {
        ...together(1, 3),
        exclude: [serverInTime, serverInPairs, fromDatabaseToDatabase],
      }),
      wholeServer('whole-server-pairs', { ...together(2), include: [serverInPairs] }),
      // Nothing that others have left in memory is collected in the middle of a measurement.
      wholeServer('whole-server-timed', {
        ...alone(3),
        isolate: true,
        include: [serverInTime],
        exclude: onlyFull,
      }),
      wholeServerOnPostgres('whole-server-postgres', {
        ...together(1, 3),
        exclude: [serverInTime, ...notOfStorage],
      }),
      ...(isFull
        ? [
            {
              test: {
                ...together(0),
                name: 'models',
                include: ['packages/server/src/**/{conformance,readers.fuzz,shared-runs.model}.test.ts'],
                testTimeout: 60_000,
              },
            },
            inBrowser('browser', {
              ...alone(5),
              include: ['e2e/{payloads,through-nginx,coming-back}.test.ts'],
            }),
            wholeServerOnPostgres('whole-server-postgres-timed', {
              ...alone(3),
              isolate: true,
              include: [serverInTime],
              exclude: notOfStorage,
            }),
          ]
        : []),
      // The real containers: only by its own command.
      { test: { ...alone(6), name: 'compose', include: ['e2e/compose*.check.ts'], testTimeout: 60_000 } },
      inBrowser('e2e', {
        ...together(4),
        include: ['e2e/*.test.ts'],
        exclude: [inTime],
      }),
      inBrowser('e2e-timed', { ...alone(5), include: [inTime] }),
    ],
  },
});
