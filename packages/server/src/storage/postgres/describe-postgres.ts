import { SluiceError } from '@sluice/shared';
import { sqlStateOf } from './sql-state.ts';

/** Names host and database alone: the rest of a URL may be secret. */
export function describePostgres(url: string): string {
  const { host, pathname, searchParams } = new URL(url.replace('@/', '@localhost/'));
  return `${searchParams.get('host') ?? (host || 'localhost')}${pathname}`;
}

/** What the driver or the server said, in a line of the terminal; anything else is a fault of ours, and passed on as it is. */
export function toStartFailure(error: unknown, url: string): unknown {
  const cause = error instanceof SluiceError ? error.cause : error;
  if (!(error instanceof SluiceError) && sqlStateOf(cause) === undefined) return error;
  const [first = cause]: unknown[] = cause instanceof AggregateError ? cause.errors : [];
  const reason = first instanceof Error ? first.message : String(first);
  return new Error(`the database at ${describePostgres(url)} cannot be opened: ${reason}`, { cause: error });
}
