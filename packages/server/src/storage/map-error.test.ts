import { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { isConflict } from './is-conflict.ts';
import { mapError } from './map-error.ts';
import { SqliteError } from './sqlite/sqlite-error.ts';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('mapError', () => {
  it.each([
    ['SQLite is busy', new SqliteError('x', 5)],
    ['SQLite is busy, in its extended form', new SqliteError('x', 517)],
    ['the disk is full', new SqliteError('x', 13)],
    ['the disk fails', new SqliteError('x', 778)],
    ['Postgres is shutting down', withCode('57P01')],
    ['Postgres has too many connections', withCode('53300')],
    ['Postgres is read-only', withCode('25006')],
    ['a statement took too long', withCode('57014')],
    ['two transactions waited for each other', withCode('40P01')],
    ['nobody listens', withCode('ECONNREFUSED')],
    ['the connection broke', withCode('EPIPE')],
    ['the connection ended', new Error('Connection terminated unexpectedly')],
    ['no connection came in time', new Error('timeout exceeded when trying to connect')],
  ])('says unavailable when %s', (_what, error) => {
    const mapped = mapError(error);
    expect(mapped).toBeInstanceOf(SluiceError);
    expect(mapped).toMatchObject({ code: 'unavailable', cause: error });
  });

  it.each([
    ['a key is taken', new SqliteError('x', 2067)],
    ['a key is taken in Postgres', withCode('23505')],
    ['a statement is wrong', withCode('42601')],
    ['a column is missing', new SqliteError('no such column', 1)],
    ['the fault is ours', new TypeError('x is not a function')],
    ['it is no error', 'x'],
  ])('leaves what is not the database being away as it is: %s', (_what, error) => {
    expect(mapError(error)).toBe(error);
  });
});

describe('isConflict', () => {
  it('knows the transactions that would go through now', () => {
    expect(isConflict(mapError(withCode('40001')))).toBe(true);
    expect(isConflict(mapError(withCode('40P01')))).toBe(true);
    expect(isConflict(mapError(withCode('57P01')))).toBe(false);
    expect(isConflict(withCode('23505'))).toBe(false);
  });
});
