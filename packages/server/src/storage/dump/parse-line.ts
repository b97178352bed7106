import { DUMP_FORMAT, type DumpEnd, type DumpHeader, type DumpLine, type DumpRow } from './dump-format.ts';
import type { TableColumn } from './table-columns.ts';

type Parsed = Record<string, unknown>;

/** @throws {Error} saying what is wrong, without the line's number */
function parseObject(line: Buffer): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    throw new Error('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is no object');
  return value as Parsed;
}

/** @throws {Error} in words for the terminal when it is no backup, or one that this version cannot read */
export function parseHeader(line: Buffer): DumpHeader {
  let header: Parsed = {};
  try {
    header = parseObject(line);
  } catch {
    // Told below.
  }
  const { sluice, format, version, schema } = header;
  if (sluice !== 'backup' || typeof format !== 'number') throw new Error('this is no backup of Sluice');
  if (format !== DUMP_FORMAT) {
    throw new Error(
      `the backup was written in format ${format} by Sluice ${String(version)}; this one reads format ${DUMP_FORMAT}: upgrade it`,
    );
  }
  if (typeof version !== 'string' || typeof schema !== 'string') throw new Error('line 1 is no header');
  return header as unknown as DumpHeader;
}

/** @throws {Error} saying what is wrong, without the line's number */
export function parseLine(line: Buffer): DumpLine | DumpEnd {
  const value = parseObject(line);
  if (value['end'] === true) {
    const { rows, sha256 } = value;
    if (typeof rows !== 'object' || rows === null || typeof sha256 !== 'string') throw new Error('is no end');
    return value as unknown as DumpEnd;
  }
  const { table, row } = value;
  if (typeof table !== 'string' || typeof row !== 'object' || row === null) throw new Error('is no row');
  return value as unknown as DumpLine;
}

/** @throws {Error} when a row does not have exactly the columns of its table */
export function checkRow(row: DumpRow, columns: readonly TableColumn[]): void {
  const surplus = Object.keys(row).find((name) => !columns.some((column) => column.name === name));
  if (surplus !== undefined) throw new Error(`has a column that the table has not: ${surplus}`);
  for (const { name, type, isRequired } of columns) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value === null && !isRequired) continue;
    const isRight = type === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);
    if (!isRight) throw new Error(`has a wrong value for ${name}`);
  }
}
