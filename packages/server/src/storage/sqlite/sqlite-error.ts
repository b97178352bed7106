/** A failure of SQLite, carried over from its thread. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  /** SQLite's extended result code, https://sqlite.org/rescode.html; undefined when the failure was not SQLite's. */
  readonly errcode: number | undefined;

  constructor(message: string, errcode: number | undefined) {
    super(message);
    this.errcode = errcode;
  }
}
