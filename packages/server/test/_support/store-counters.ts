import { Client } from 'pg';
import { createClient } from 'redis';

/** What two stores have done since they were started. */
export interface StoreCounters {
  redisCommands: number;
  /** CPU time of Redis, in µs. */
  redisCpuMicroseconds: number;
  /** What it holds, in bytes. */
  redisBytes: number;
  redisBytesOut: number;
  /** Transactions of the database. */
  commits: number;
  /** Rows inserted, updated and deleted. */
  rowsWritten: number;
  /** Bytes of its log of writes. */
  walBytes: number;
}

/** Reads what Redis and Postgres themselves count; the reading is a transaction and a few commands too. */
export async function readStoreCounters(urls: {
  databaseUrl: string;
  redisUrl: string;
}): Promise<StoreCounters> {
  const redis = await createClient({ url: urls.redisUrl }).connect();
  const info = await redis.info();
  redis.destroy();
  const figure = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const postgres = new Client({ connectionString: urls.databaseUrl });
  await postgres.connect();
  // Backends hand in what they have counted once they are idle, and at the latest after this long.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { rows } = await postgres.query(
    `select xact_commit as commits, tup_inserted + tup_updated + tup_deleted as rows, pg_current_wal_lsn() - '0/0'::pg_lsn as wal
     from pg_stat_database where datname = current_database()`,
  );
  await postgres.end();
  const [row] = rows as Record<string, string>[];
  return {
    redisCommands: figure('total_commands_processed'),
    redisCpuMicroseconds: (figure('used_cpu_sys') + figure('used_cpu_user')) * 1e6,
    redisBytes: figure('used_memory'),
    redisBytesOut: figure('total_net_output_bytes'),
    commits: Number(row?.['commits']),
    rowsWritten: Number(row?.['rows']),
    walBytes: Number(row?.['wal']),
  };
}
