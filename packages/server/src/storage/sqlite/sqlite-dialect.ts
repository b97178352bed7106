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
import { LentConnections } from '../lent-connections.ts';
import { mapError } from '../map-error.ts';
import { replaceNul } from '../replace-nul.ts';
import type { SQLInputValue } from 'node:sqlite';
import { StatementGroups } from './group-statements.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteResult, SqliteStatement } from './sqlite-message.ts';

/** There is one connection; who has it is decided here, and not by Kysely, so that statements that stand alone can go together. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Some milliseconds of work: a transaction waits no longer for its turn. */
const MAX_GROUP = 64;

/** Kysely over the worker. @param isReader it only reads */
export function createSqliteDialect(sqlite: SqliteConnection, { isReader = false } = {}): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => createDriver(sqlite, new StatementGroups(sqlite, isReader ? 1 : MAX_GROUP)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function createDriver(sqlite: SqliteConnection, groups: StatementGroups): Driver {
  /** Of the transaction that is open: what ends its turn. */
  const turns = new WeakMap<DatabaseConnection, () => void>();
  const lent = new LentConnections();
  const endTurn = (connection: DatabaseConnection) => {
    turns.get(connection)?.();
    turns.delete(connection);
  };
  return {
    async init() {},
    acquireConnection: () =>
      lent.lend(async () => {
        const connection = connect((statement) =>
          turns.has(connection) ? sqlite.query(statement.sql, statement.parameters) : groups.run(statement),
        );
        return connection;
      }),
    async beginTransaction(connection, { accessMode }) {
      turns.set(connection, await groups.take());
      try {
        // A deferred transaction that reads first fails at its first write when another process has written in between.
        await mapped(sqlite.query(accessMode === 'read only' ? 'begin' : 'begin immediate'));
      } catch (error) {
        endTurn(connection);
        throw error;
      }
    },
    async commitTransaction(connection) {
      await mapped(sqlite.query('commit'));
      endTurn(connection);
    },
    async rollbackTransaction(connection) {
      try {
        await sqlite.rollback();
      } finally {
        endTurn(connection);
      }
    },
    async releaseConnection() {
      lent.giveBack();
    },
    async destroy() {
      // Statements may still wait for their turn, which SQLite does not know of.
      await lent.allBack();
      await sqlite[Symbol.asyncDispose]();
    },
  };
}

function connect(run: (statement: SqliteStatement) => Promise<SqliteResult>): DatabaseConnection {
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const statement = { sql, parameters: replaceNul(parameters) as SQLInputValue[] };
      const { rows, changes } = await mapped(run(statement));
      return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
    },
    streamQuery() {
      throw new Error('queries are not streamed: read a page at a time');
    },
  };
}

async function mapped<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw mapError(error);
  }
}
