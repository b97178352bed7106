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
import { mapError } from '../map-error.ts';
import { replaceNul } from '../replace-nul.ts';
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
  const run = (statement: string, parameters?: readonly unknown[]) =>
    sqlite.query(statement, parameters).catch((error: unknown) => {
      throw mapError(error);
    });
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, changes } = await run(sql, replaceNul(parameters));
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('queries are not streamed: read a page at a time');
    },
  };
  return {
    async init() {},
    acquireConnection: async () => connection,
    async beginTransaction(_connection, { accessMode }) {
      // A deferred transaction that reads first fails at its first write when another process has written in between.
      await run(accessMode === 'read only' ? 'begin' : 'begin immediate');
    },
    async commitTransaction() {
      await run('commit');
    },
    rollbackTransaction: () => sqlite.rollback(),
    async releaseConnection() {},
    async destroy() {
      await sqlite[Symbol.asyncDispose]();
    },
  };
}
