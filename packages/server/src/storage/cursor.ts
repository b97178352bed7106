// In: where a page of a list ends. Out: a cursor that clients pass back as it is, and the same place again.
// Never: a value that a database would refuse or take for another.
import { SluiceError } from '@sluice/shared';

type Kind = 'number' | 'id';
type Place<Kinds extends readonly Kind[]> = {
  [Index in keyof Kinds]: Kinds[Index] extends 'number' ? number : string;
};

const fits: Record<Kind, (value: unknown) => boolean> = {
  number: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  id: (value) => typeof value === 'string' && /^[\w-]{1,100}$/.test(value),
};

/** @param place whole numbers from 0 on, and ids */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * @param kinds of the place's values, in order
 * @throws {SluiceError} `invalid_cursor` for what `encodeCursor` cannot have made
 */
export function decodeCursor<const Kinds extends readonly Kind[]>(
  cursor: string,
  kinds: Kinds,
): Place<Kinds> {
  const place = parse(cursor);
  if (place?.length === kinds.length && kinds.every((kind, index) => fits[kind](place[index]))) {
    return place as Place<Kinds>;
  }
  throw new SluiceError('invalid_cursor', { detail: 'cursor must be the nextCursor of the page before' });
}

function parse(cursor: string): unknown[] | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(place) ? place : undefined;
  } catch {
    return undefined;
  }
}
