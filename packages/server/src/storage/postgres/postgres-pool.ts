// In: SQL and parameters for a client that was borrowed. Out: rows, numbers as numbers.
// Never: a process that dies of a lost connection, nor a wait without an end.
import { Pool, type PoolClient, TypeOverrides } from 'pg';
import { LentConnections } from '../lent-connections.ts';

interface PostgresResult {
  /** The statement that was run: `COMMIT`, and `ROLLBACK` when that is what a commit came to. */
  command: string;
  rows: unknown[];
  /** Rows written or read. */
  rowCount: number | null;
}

export interface PostgresClient {
  query(sql: string, parameters: readonly unknown[]): Promise<PostgresResult>;
  /** @param isBroken close it: nobody knows what state it is in */
  release(isBroken: boolean): void;
}

export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
}

/** Postgres' own numbers of its types, in pg_type: bigint, and numeric, which is what sums of bigint are. */
const NUMBERS = [20, 1700];
const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 2000;
/** Kept long: a new connection costs the next request's first token a TLS handshake. */
const IDLE_MS = 300_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** For a server that no longer answers at all, and so cannot keep to its own. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2000;
/** A closing pool waits for the server's last answers, and as long for its goodbye; one that does not answer is left. */
const GOODBYE_MS = 2000;

/**
 * @param url as libpq takes it: `postgres://user:password@host:port/database?sslmode=…`
 * @param isPatient for work that takes as long as it takes: migrations, dumps
 */
export function openPostgresPool(url: string, { isPatient = false } = {}): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'sluice',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: numberTypes(),
    ...(!isPatient && {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
    }),
  });
  // A lost connection is told to whoever uses it next; without listeners it would end the process.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  const lent = new LentConnections();
  let ended: Promise<void> | undefined;
  return {
    async connect() {
      if (ended !== undefined) throw new Error('the database is closed');
      return toClient(await lent.lend(() => pool.connect()), lent);
    },
    end: () => (ended ??= end(pool, lent)),
  };
}

const ignore = () => {};

async function end(pool: Pool, lent: LentConnections): Promise<void> {
  // A pool that is told to end serves nobody who waits for a connection.
  await patiently(lent.allBack());
  await patiently(pool.end());
}

async function patiently(work: Promise<void>): Promise<void> {
  const goodbye = Promise.withResolvers<void>();
  const timer = setTimeout(goodbye.resolve, GOODBYE_MS);
  await Promise.race([work, goodbye.promise]);
  clearTimeout(timer);
}

function numberTypes(): TypeOverrides {
  const types = new TypeOverrides();
  for (const type of NUMBERS) types.setTypeParser(type, Number);
  return types;
}

function toClient(client: PoolClient, lent: LentConnections): PostgresClient {
  return {
    query: (sql, parameters) => client.query(sql, [...parameters]),
    release(isBroken) {
      client.release(isBroken);
      lent.giveBack();
    },
  };
}
