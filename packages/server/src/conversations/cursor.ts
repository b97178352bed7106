import { SluiceError } from '@sluice/shared';

/** @returns a cursor that clients pass back as it is */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * @param types of the place's values, in order
 * @throws {SluiceError} `invalid_cursor` for what `encodeCursor` cannot have made
 */
export function decodeCursor(cursor: string, types: readonly ('string' | 'number')[]): (string | number)[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits =
      Array.isArray(place) &&
      place.length === types.length &&
      place.every((value, index) => typeof value === types[index]);
    if (fits) return place as (string | number)[];
  } catch {
    // Said below, with what is right.
  }
  throw new SluiceError('invalid_cursor', { detail: 'cursor must be the nextCursor of the page before' });
}
