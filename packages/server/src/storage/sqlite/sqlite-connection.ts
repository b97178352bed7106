// In: SQL and parameters, from the main thread. Out: rows, once the worker has them; or a SqliteError.
// Never: SQLite itself. Requests are answered in order, so that a transaction is a sequence of requests and nothing else.
import type { SQLInputValue } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { SqliteError } from './sqlite-error.ts';
import type {
  SqliteFile,
  SqliteOutcome,
  SqliteRequest,
  SqliteResponse,
  SqliteResult,
  SqliteStatement,
} from './sqlite-message.ts';
import { takeTurns } from './take-turns.ts';

export interface SqliteConnection extends AsyncDisposable {
  /** @throws {SqliteError} with SQLite's code; also when the connection is closed */
  query(sql: string, parameters?: readonly unknown[]): Promise<SqliteResult>;
  /**
   * Statements that stand alone, together: none of them is in another's transaction, and one that fails does so alone.
   * @returns what came of each, in order
   */
  queryGroup(statements: SqliteStatement[]): Promise<SqliteOutcome[]>;
  /** Ends the open transaction, if there still is one. */
  rollback(): Promise<void>;
}

/** Those who wait for an answer, in the order of their requests. */
class Waiters {
  readonly #waiters: PromiseWithResolvers<SqliteResponse>[] = [];

  add(): Promise<SqliteResponse> {
    const waiter = Promise.withResolvers<SqliteResponse>();
    this.#waiters.push(waiter);
    return waiter.promise;
  }

  answer(response: SqliteResponse): void {
    const waiter = this.#waiters.shift();
    if (response.type === 'failure') waiter?.reject(toError(response));
    else waiter?.resolve(response);
  }

  rejectAll(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}

/** @returns the result, if it is one */
export function unwrap(response: SqliteResponse): SqliteResult {
  if (response.type === 'result') return response;
  throw response.type === 'failure' ? toError(response) : new Error('a group has no one result');
}

function toError({ message, errcode }: Extract<SqliteOutcome, { type: 'failure' }>): SqliteError {
  return new SqliteError(message, errcode);
}

function startWorker(file: SqliteFile): Worker {
  // The process's own flags may be for its entry alone (`--input-type`, `--watch`), and fail in a worker.
  return new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: file,
    execArgv: [],
    // Nothing of the environment concerns it, and Node's watch mode would make it send messages of its own.
    env: {},
  });
}

/**
 * Opens one file in one thread of its own. Disposing answers what was asked before, then closes; it may be repeated.
 * @throws {SqliteError} when the file cannot be opened or one of its setup statements fails
 */
export async function openSqliteConnection(file: SqliteFile): Promise<SqliteConnection> {
  const worker = startWorker(file);
  const waiters = new Waiters();
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    waiters.rejectAll(error);
  };
  const send = (request: SqliteRequest) => {
    if (ended !== undefined) return Promise.reject(ended);
    worker.postMessage(request);
    return waiters.add();
  };

  const inTurn = takeTurns();
  worker.on('message', (response: SqliteResponse) => inTurn(() => waiters.answer(response)));
  worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      // After the answers that are held.
      inTurn(() => {
        end(new SqliteError('the database is closed', undefined));
        resolve();
      });
    });
  });

  await waiters.add();
  return {
    query: async (sql, parameters = []) =>
      unwrap(await send({ type: 'query', sql, parameters: parameters as SQLInputValue[] })),
    async queryGroup(statements) {
      const response = await send({ type: 'group', statements });
      return response.type === 'group' ? response.outcomes : [response];
    },
    async rollback() {
      await send({ type: 'rollback' });
    },
    async [Symbol.asyncDispose]() {
      if (ended === undefined) {
        const closing = send({ type: 'close' });
        ended = new SqliteError('the database is closed', undefined);
        await closing;
      }
      await exited;
    },
  };
}
