import type { NamedPart, Part } from './foreign-request.ts';
import { refuseField } from './refuse-field.ts';

type Image = Extract<Part, { type: 'image' }>;

const mediaTypes = new Map<string, Image['mediaType']>([
  ['image/png', 'image/png'],
  ['image/jpeg', 'image/jpeg'],
  ['image/jpg', 'image/jpeg'],
  ['image/webp', 'image/webp'],
  ['image/gif', 'image/gif'],
]);

interface Encoded {
  mediaType: string;
  /** Base64. */
  data: string;
  /** Where the caller has the media type, and the base64. */
  fields: { mediaType: string; data: string };
}

/** @throws {SluiceError} `invalid_request` naming what is wrong with it */
export function toImage({ mediaType, data, fields }: Encoded, field: string): NamedPart {
  const known = mediaTypes.get(mediaType.toLowerCase());
  if (known === undefined) refuseField(fields.mediaType, 'must be PNG, JPEG, WebP or GIF');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) refuseField(fields.data, 'must have its bytes in base64');
  return { part: { type: 'image', mediaType: known, data }, field };
}

/**
 * @param url `data:image/png;base64,…`
 * @throws {SluiceError} `invalid_request`, for an address that would have to be fetched too
 */
export function readDataUrl(url: string, field: string): NamedPart {
  const comma = url.indexOf(',');
  const [, mediaType] = /^data:([\w/+.-]+);base64$/i.exec(url.slice(0, Math.min(comma, 100))) ?? [];
  if (comma < 0 || mediaType === undefined) {
    refuseField(field, 'must be a data: URL in base64; this server fetches nothing from elsewhere');
  }
  return toImage({ mediaType, data: url.slice(comma + 1), fields: { mediaType: field, data: field } }, field);
}
