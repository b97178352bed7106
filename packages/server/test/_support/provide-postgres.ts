import type { TestProject } from 'vitest/node';
import { type RunningPostgres, hasPostgres, startPostgres } from './start-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a superuser; undefined where there is no Postgres. */
    postgresUrl: string | undefined;
  }
}

let postgres: RunningPostgres | undefined;

/** One cluster for all files of a project. */
export async function setup(project: TestProject): Promise<void> {
  if (!hasPostgres && process.env['CI'] === 'true') throw new Error('there is no Postgres to test with');
  if (hasPostgres) postgres = await startPostgres();
  project.provide('postgresUrl', postgres?.url);
}

export async function teardown(): Promise<void> {
  await postgres?.[Symbol.asyncDispose]();
}
