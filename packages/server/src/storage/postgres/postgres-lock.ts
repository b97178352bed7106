import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { mapError } from '../map-error.ts';
import { describePostgres, toStartFailure } from './describe-postgres.ts';

/** Ours, and that of the server's lock: two numbers that nothing else takes in this database. */
const LOCK = [7_401, 2];
const CHECK_MS = 1000;
const ANSWER_TIMEOUT_MS = 2000;

/** Held until it is disposed or the process dies in any way. */
export interface PostgresLock extends AsyncDisposable {
  /** Resolves with a line for the terminal should another server take it. */
  readonly lost: Promise<string>;
}

export interface PostgresLockOptions {
  /** With others that say the same. Not, unless given. */
  isShared?: boolean;
  checkMs?: number;
}

/**
 * Makes this process the one server of a database, or one of several, for as long as its session lives: a lost connection is noticed
 * within seconds and the lock taken again, unless another server has it by then.
 * @throws {Error} in words for the terminal, when another server holds it or the database cannot be reached
 */
export async function acquirePostgresLock(
  url: string,
  { isShared = false, checkMs = CHECK_MS }: PostgresLockOptions = {},
): Promise<PostgresLock> {
  const name = `sluice lock ${randomUUID()}`;
  const place = { url, name, isShared };
  const first = await openSession(place).catch((error: unknown) => {
    throw toStartFailure(mapError(error), url);
  });
  if (first === undefined) {
    throw new Error(
      `another Sluice server is using the database at ${describePostgres(url)}: stop it, or give this one its own DATABASE_URL (several servers on one database all need the same REDIS_URL)`,
    );
  }
  const ending = new AbortController();
  const lost = Promise.withResolvers<string>();
  const kept = keep(first, { ...place, checkMs, signal: ending.signal }).then((isLost) => {
    if (!isLost) return;
    lost.resolve(
      `another Sluice server has taken the database at ${describePostgres(url)}: this one drains and ends`,
    );
  });
  return {
    lost: lost.promise,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await kept;
    },
  };
}

interface LockPlace {
  url: string;
  /** Of the sessions that hold it for this process. */
  name: string;
  isShared: boolean;
}

interface Keeping extends LockPlace {
  checkMs: number;
  signal: AbortSignal;
}

/** @returns true once another server has the lock, false when told to end */
async function keep(first: Session, { checkMs, signal, ...place }: Keeping): Promise<boolean> {
  let session: Session | undefined = first;
  while (await wait(checkMs, signal)) {
    if (session !== undefined && (await session.isAlive())) continue;
    await session?.close();
    try {
      session = await openSession(place);
      if (session === undefined) return true;
    } catch {
      // The database is away; whoever asks it for something is told.
      session = undefined;
    }
  }
  await session?.close();
  return false;
}

/** @returns false when the wait was cut short */
function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal, ref: false }).catch(() => false);
}

interface Session {
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** @returns a session that holds the lock; undefined when another server's does */
async function openSession(place: LockPlace): Promise<Session | undefined> {
  const client = new Client({
    connectionString: place.url,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => {
    // Told by the next query.
  });
  // Postgres closes its side when it has let go of the lock; one that does not answer is left.
  const close = async () => {
    await Promise.race([client.end().catch(() => {}), sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
  };
  try {
    await client.connect();
    if (await takeLock(client, place)) {
      const isAlive = () =>
        client.query('select 1').then(
          () => true,
          () => false,
        );
      return { isAlive, close };
    }
    await close();
    return undefined;
  } catch (error) {
    await close();
    throw error;
  }
}

async function takeLock(client: Client, { name, isShared }: LockPlace): Promise<boolean> {
  // Should this machine vanish, the session goes within half a minute, and another may have the lock.
  await client.query(
    `select set_config('application_name', $1, false), set_config('tcp_keepalives_idle', '10', false),
      set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '4', false)`,
    [name],
  );
  const take = isShared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const { rows } = await client.query<{ has: boolean }>(`select ${take}($1, $2) as has`, LOCK);
  if (rows[0]?.has === true) return true;
  // It may be this server's own session, which the network has lost and Postgres has not yet noticed.
  const { rowCount } = await client.query(
    `select pg_terminate_backend(held.pid) from pg_locks held join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and classid = $1 and objid = $2 and objsubid = 2
        and database = (select oid from pg_database where datname = current_database()) and application_name = $3`,
    [...LOCK, name],
  );
  if (rowCount === 0) return false;
  throw new Error('the lost session held the lock, and was ended');
}
