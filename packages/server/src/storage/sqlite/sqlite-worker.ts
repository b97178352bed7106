// In: SQL and its parameters, one request at a time. Out: rows, or the failure with SQLite's own code.
// Never: anything but SQLite. This thread may stall on the disk, on a slow query or on another process's lock: the main one may not.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type {
  SqliteFile,
  SqliteOutcome,
  SqliteRequest,
  SqliteResponse,
  SqliteStatement,
} from './sqlite-message.ts';

/** Kysely writes a new text for each length of an `in` list, so the cache must forget. */
const MAX_STATEMENTS = 200;
const RETRY_MS = 10;
/** https://sqlite.org/rescode.html: primary code of SQLITE_BUSY and its extended forms. */
const SQLITE_BUSY = 5;

const done: SqliteOutcome = { type: 'result', rows: [], changes: 0 };
const statements = new Map<string, { statement: StatementSync; isReader: boolean }>();

function prepare(database: DatabaseSync, sql: string) {
  let prepared = statements.get(sql);
  if (prepared === undefined) {
    const statement = database.prepare(sql);
    prepared = { statement, isReader: statement.columns().length > 0 };
  } else {
    statements.delete(sql);
  }
  statements.set(sql, prepared);
  const oldest = statements.size > MAX_STATEMENTS ? statements.keys().next().value : undefined;
  if (oldest !== undefined) statements.delete(oldest);
  return prepared;
}

function execute(database: DatabaseSync, { sql, parameters }: SqliteStatement): SqliteOutcome {
  const { statement, isReader } = prepare(database, sql);
  if (isReader) return { type: 'result', rows: statement.all(...parameters), changes: 0 };
  return { type: 'result', rows: [], changes: Number(statement.run(...parameters).changes) };
}

/** In one transaction, so that the disk is waited for once. A statement that fails undoes itself alone. */
function executeGroup(database: DatabaseSync, statements: readonly SqliteStatement[]): SqliteOutcome[] {
  const begun = attempt(() => {
    database.exec('begin immediate');
    return done;
  });
  if (begun.type === 'failure') return statements.map(() => begun);
  const outcomes: SqliteOutcome[] = [];
  try {
    for (const statement of statements) {
      const outcome = attempt(() => execute(database, statement));
      // A full disk, for one, undoes all of the transaction.
      if (!database.isTransaction) return statements.map((each) => attempt(() => execute(database, each)));
      outcomes.push(outcome);
    }
    database.exec('commit');
    return outcomes;
  } catch {
    if (database.isTransaction) database.exec('rollback');
    // One of them may be what there is no room for.
    return statements.map((statement) => attempt(() => execute(database, statement)));
  }
}

function attempt<Outcome extends SqliteResponse>(work: () => Outcome): Outcome | SqliteOutcome {
  try {
    return work();
  } catch (error) {
    return toFailure(error);
  }
}

function answer(database: DatabaseSync, request: SqliteRequest): SqliteResponse {
  switch (request.type) {
    case 'query':
      return execute(database, request);
    case 'group':
      return { type: 'group', outcomes: executeGroup(database, request.statements) };
    case 'rollback':
      if (database.isTransaction) database.exec('rollback');
      return done;
    case 'close':
      database.close();
      return done;
  }
}

function errcodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined;
}

function toFailure(error: unknown): SqliteOutcome {
  const errcode = errcodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failure', message, ...(errcode !== undefined && { errcode }) };
}

/** The switch to WAL can be refused without SQLite's own busy timeout being heard, when two processes open at once. */
function setUp(database: DatabaseSync, { setup, busyTimeoutMs }: SqliteFile): void {
  const deadline = performance.now() + busyTimeoutMs;
  for (const sql of setup) {
    for (;;) {
      try {
        database.exec(sql);
        break;
      } catch (error) {
        const isBusy = ((errcodeOf(error) ?? 0) & 0xff) === SQLITE_BUSY;
        if (!isBusy || performance.now() >= deadline) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      }
    }
  }
}

function serve(port: NonNullable<typeof parentPort>, file: SqliteFile): void {
  try {
    const database = new DatabaseSync(file.path, { timeout: file.busyTimeoutMs });
    setUp(database, file);
    port.on('message', (request: SqliteRequest) => {
      port.postMessage(attempt(() => answer(database, request)));
      if (request.type === 'close') port.close();
    });
    port.postMessage(done);
  } catch (error) {
    port.postMessage(toFailure(error));
    port.close();
  }
}

if (parentPort !== null) serve(parentPort, workerData as SqliteFile);
