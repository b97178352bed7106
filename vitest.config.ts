import { defineConfig } from 'vitest/config';

/** They wait more than they work: two at a time, even where there are but two cores. */
const together = { maxWorkers: 2, sequence: { groupOrder: 0 } };
/** What they measure is time: one at a time, after all that stand before them. */
const alone = (groupOrder: number) => ({ maxWorkers: 1, sequence: { groupOrder } });

const unit = (name: string, include: string[]) => ({ test: { ...together, name, include } });

/** Browser tests that measure time, or look at single frames. */
const inTime =
  'e2e/{budgets,composer,conversation-list,long-list,markdown,scroll,streaming,streaming-tabs}.test.ts';

const inBrowser = (name: string, test: object) => ({
  test: {
    ...test,
    name,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // How long a condition is waited for; a test that measures time says so itself.
    expect: { poll: { timeout: 5000 } },
  },
});

export default defineConfig({
  test: {
    projects: [
      unit('shared', ['packages/shared/src/**/*.test.ts']),
      {
        test: {
          ...together,
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
      {
        test: {
          ...alone(1),
          name: 'whole-server',
          include: ['packages/server/test/**/*.test.ts'],
          // From one database to the other: below.
          exclude: ['**/backup.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      // The same suites again, on a real Postgres; but for those that say nothing of what is stored.
      {
        test: {
          ...alone(2),
          name: 'whole-server-postgres',
          include: ['packages/server/test/**/*.test.ts'],
          exclude: [
            '**/{architecture,config-file,crash-recovery,docs,lifecycle,local-ollama,nginx,record-stream,storage-faults}.test.ts',
            // They have a Postgres of their own.
            '**/replicas*.test.ts',
            '**/{chat-stream,slow-readers,upstream-faults}.test.ts',
          ],
          globalSetup: ['packages/server/test/_support/provide-postgres.ts'],
          setupFiles: ['packages/server/test/_support/use-postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      // The real containers: only by its own command.
      { test: { ...alone(5), name: 'compose', include: ['e2e/compose*.check.ts'], testTimeout: 60_000 } },
      inBrowser('e2e', {
        ...together,
        sequence: { groupOrder: 3 },
        include: ['e2e/*.test.ts'],
        exclude: [inTime],
      }),
      inBrowser('e2e-timed', { ...alone(4), include: [inTime] }),
    ],
  },
});
