import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabaseState, inspectDatabase } from '../storage/inspect-database.ts';
import type { DatabaseLocation } from '../storage/open-database.ts';
import { describeBytes } from './describe-bytes.ts';
import { type Finding, fail, note, ok, warn } from './finding.ts';
import { judgeSkew } from './judge-skew.ts';

const OLDEST_POSTGRES = 15;

/** Whether the database is there, whole, up to date and writable. */
export async function checkDatabase(location: DatabaseLocation): Promise<Finding[]> {
  if (location.databaseUrl === undefined && !(await isThere(join(location.dataDir, 'sluice.db')))) {
    return [
      note(
        'database',
        `there is no database in ${location.dataDir} yet: the server makes it when it first starts`,
      ),
    ];
  }
  try {
    const state = await inspectDatabase(location);
    return judgeDatabase({ ...state, isWritable: state.isWritable && (await isOpen(location)) }, Date.now());
  } catch (error) {
    return [
      fail(
        'database',
        `the database cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        ['see docs/operating.md, “SQLite or Postgres” and “When the database is away or full”'],
      ),
    ];
  }
}

const isThere = (path: string, mode = constants.F_OK) =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** SQLite writes beside its file, too. */
async function isOpen({ dataDir, databaseUrl }: DatabaseLocation): Promise<boolean> {
  if (databaseUrl !== undefined) return true;
  return (await isThere(dataDir, constants.W_OK)) && isThere(join(dataDir, 'sluice.db'), constants.W_OK);
}

/** @param now epoch ms */
export function judgeDatabase(state: DatabaseState, now: number): Finding[] {
  const { name, version, bytes, pending, hasAdmin, isWritable } = state;
  const findings: Finding[] = [];
  if (!isWritable) {
    findings.push(
      fail('database', `${name} takes no writes`, ['let this user write to it; connect to the primary']),
    );
  }
  if (pending > 0) {
    findings.push(
      note('database', `${name} is of an older version: the next start of the server brings it up to date`),
    );
  }
  if (isWritable && pending === 0) {
    findings.push(
      ok('database', `${name} answers, takes writes and is up to date (${describeBytes(bytes)})`),
    );
  }
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST_POSTGRES) {
    findings.push(
      warn('database', `${name} is version ${version}`, [
        `${OLDEST_POSTGRES} or newer is tested: upgrade it`,
      ]),
    );
  }
  if (pending === 0 && !hasAdmin) {
    findings.push(warn('accounts', 'there is no administrator yet', ['open the link of: sluice setup-link']));
  }
  return [...findings, ...judgeSkew('the database', state.now, now)];
}
