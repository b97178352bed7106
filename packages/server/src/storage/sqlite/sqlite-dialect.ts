import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Kysely over the worker. The adapter says that there is one connection, so Kysely lets one transaction or query hold it at a time. */
export function createSqliteDialect(sqlite: SqliteConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(sqlite),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function createDriver(sqlite: SqliteConnection): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, changes } = await sqlite.query(sql, parameters);
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('queries are not streamed: read a page at a time');
    },
  };
  return {
    async init() {},
    acquireConnection: async () => connection,
    async beginTransaction() {
      // A deferred transaction that reads first fails at its first write when another process has written in between.
      await sqlite.query('begin immediate');
    },
    async commitTransaction() {
      await sqlite.query('commit');
    },
    rollbackTransaction: () => sqlite.rollback(),
    async releaseConnection() {},
    async destroy() {
      await sqlite[Symbol.asyncDispose]();
    },
  };
}
