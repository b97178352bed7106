import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import { mapError } from '../map-error.ts';
import { replaceNul } from '../replace-nul.ts';
import type { PostgresClient, PostgresPool } from './postgres-pool.ts';
import { sqlStateOf } from './sql-state.ts';

/** `read_only_sql_transaction`: this server, or its session, takes no writes. */
const READ_ONLY = '25006';

/** Kysely over a pool. Its own driver would put a connection that failed back among the good ones. */
export function createPostgresDialect(pool: PostgresPool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(pool),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function createDriver(pool: PostgresPool): Driver {
  const borrowed = new WeakMap<DatabaseConnection, BorrowedConnection>();
  const run = (connection: DatabaseConnection, statement: string) =>
    connection.executeQuery(CompiledQuery.raw(statement));
  return {
    async init() {},
    async acquireConnection() {
      const connection = new BorrowedConnection(await pool.connect().catch(rethrow));
      borrowed.set(connection, connection);
      return connection;
    },
    async beginTransaction(connection, { accessMode }) {
      // What only reads wants one snapshot for all of it; what writes wants no failures that are to be tried again.
      const isReader = accessMode === 'read only';
      await run(
        connection,
        isReader ? 'begin isolation level repeatable read read only' : 'begin isolation level read committed',
      );
    },
    async commitTransaction(connection) {
      await run(connection, 'commit');
    },
    async rollbackTransaction(connection) {
      // One that fails has broken the connection, and with it the transaction.
      await run(connection, 'rollback').catch(() => borrowed.get(connection)?.discard());
    },
    async releaseConnection(connection) {
      borrowed.get(connection)?.release();
    },
    destroy: () => pool.end(),
  };
}

class BorrowedConnection implements DatabaseConnection {
  readonly #client: PostgresClient;
  #isBroken = false;

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { command, rows, rowCount } = await this.#client.query(sql, replaceNul(parameters));
      if (sql === 'commit' && command === 'ROLLBACK') throw new Error('the transaction had failed');
      return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) };
    } catch (error) {
      // What has a code was said by the server, and the connection is as it was; but a session that began while the server took no
      // writes takes none when the server does again.
      const state = sqlStateOf(error);
      if (state === undefined || state === READ_ONLY) this.#isBroken = true;
      rethrow(error);
    }
  }

  streamQuery(): never {
    throw new Error('queries are not streamed: read a page at a time');
  }

  discard(): void {
    this.#isBroken = true;
  }

  release(): void {
    this.#client.release(this.#isBroken);
  }
}

function rethrow(error: unknown): never {
  throw mapError(error);
}
