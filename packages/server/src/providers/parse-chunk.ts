import { SluiceError } from '@sluice/shared';

/** JSON of an upstream: any field may be missing, null, or of another type than its documentation says. */
export type Loose = { readonly [field: string]: unknown };

/**
 * @param data of one event
 * @returns an object; an empty one for JSON that is none, such as `null`
 * @throws {SluiceError} `upstream_error` for data that is not JSON
 */
export function parseChunk(data: string, providerName: string): Loose {
  try {
    return asObject(JSON.parse(data));
  } catch {
    // The exception quotes the data: it is not kept as the cause.
    throw new SluiceError('upstream_error', { detail: `${providerName} sent an event that is not JSON` });
  }
}

/** @returns the same of what follows a whole answer, and can no longer fail it: an empty object for data that is not JSON */
export function parseTrailer(data: string): Loose {
  try {
    return asObject(JSON.parse(data));
  } catch {
    return {};
  }
}

/** @returns `value`, or an empty object where it is none */
export function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

/** @returns `value`, or an empty string where it is none */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
