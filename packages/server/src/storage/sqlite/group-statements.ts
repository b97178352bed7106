// In: statements that stand alone, and transactions, as they come. Out: each one's turn on the one connection.
// Never: a statement within somebody else's transaction, nor a wait for the disk per statement while others wait.
import { type SqliteConnection, unwrap } from './sqlite-connection.ts';
import type { SqliteOutcome, SqliteResult, SqliteStatement } from './sqlite-message.ts';
import { takeTurns } from './take-turns.ts';

interface Waiting extends PromiseWithResolvers<SqliteResult> {
  statement: SqliteStatement;
}

export class StatementGroups {
  readonly #sqlite: SqliteConnection;
  readonly #maxGroup: number;
  readonly #inTurn = takeTurns();
  #waiting: Waiting[] = [];
  #isRunning = false;
  /** Settles when the one who has the connection gives it back. */
  #free: Promise<void> = Promise.resolve();

  /** @param maxGroup statements that go together at most; 1 for a connection that only reads, and waits for no disk */
  constructor(sqlite: SqliteConnection, maxGroup: number) {
    this.#sqlite = sqlite;
    this.#maxGroup = maxGroup;
  }

  /** @returns what gives the connection back, once it is one's own */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#free;
    this.#free = promise;
    await before;
    return resolve;
  }

  /** Runs a statement by itself; those that come while the connection is busy go together. */
  run(statement: SqliteStatement): Promise<SqliteResult> {
    const waiting = { statement, ...Promise.withResolvers<SqliteResult>() };
    this.#waiting.push(waiting);
    if (!this.#isRunning) void this.#runAll();
    return waiting.promise;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const giveBack = await this.take();
      const group = this.#takeGroup();
      await this.#runGroup(group);
      giveBack();
    }
    this.#isRunning = false;
  }

  /** Writes that stand next to each other; a read, which waits for no disk and no lock, is by itself. */
  #takeGroup(): Waiting[] {
    const end = this.#waiting.findIndex(({ statement }) => !isWrite(statement));
    const writes = end === -1 ? this.#waiting.length : end;
    return this.#waiting.splice(0, Math.max(1, Math.min(writes, this.#maxGroup)));
  }

  /** Never rejects: each statement has its own outcome. */
  async #runGroup(group: readonly Waiting[]): Promise<void> {
    const [first, ...others] = group;
    try {
      if (first !== undefined && others.length === 0) {
        const { sql, parameters } = first.statement;
        first.resolve(await this.#sqlite.query(sql, parameters));
        return;
      }
      const outcomes = await this.#sqlite.queryGroup(group.map(({ statement }) => statement));
      for (const [index, waiting] of group.entries()) {
        this.#inTurn(() => settle(waiting, outcomes[index]));
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

const isWrite = ({ sql }: SqliteStatement) => /^\s*(insert|update|delete)\b/i.test(sql);

function settle({ resolve, reject }: Waiting, outcome: SqliteOutcome | undefined): void {
  try {
    if (outcome === undefined) throw new Error('a statement without an outcome');
    resolve(unwrap(outcome));
  } catch (error) {
    reject(error);
  }
}
