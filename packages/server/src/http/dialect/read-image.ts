import type { NamedPart } from './foreign-request.ts';
import { NO_IMAGE_TYPE, imageTypeOf } from './image-type.ts';
import { refuseField } from './refuse-field.ts';
import { NO_DATA_URL, splitDataUrl } from './split-data-url.ts';

interface Encoded {
  mediaType: string;
  /** Base64. */
  data: string;
  /** Where the caller has the media type, and the base64. */
  fields: { mediaType: string; data: string };
}

/** @throws {SluiceError} `invalid_request` naming what is wrong with it */
export function toImage({ mediaType, data, fields }: Encoded, field: string): NamedPart {
  const known = imageTypeOf(mediaType);
  if (known === undefined) refuseField(fields.mediaType, NO_IMAGE_TYPE);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) refuseField(fields.data, 'must have its bytes in base64');
  return { part: { type: 'image', mediaType: known, data }, field };
}

/**
 * @param url `data:image/png;base64,…`
 * @throws {SluiceError} `invalid_request`, for an address that would have to be fetched too
 */
export function readDataUrl(url: string, field: string): NamedPart {
  const { mediaType, data } = splitDataUrl(url) ?? refuseField(field, NO_DATA_URL);
  return toImage({ mediaType, data, fields: { mediaType: field, data: field } }, field);
}
