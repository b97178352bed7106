/** Of the media type and its parameters. */
const MAX_HEAD_LENGTH = 200;

export const NO_DATA_URL = 'must be a data: URL in base64; this server fetches nothing from elsewhere';

/** @returns what a `data:image/png;name=a.png;base64,…` says; undefined for any other address */
export function splitDataUrl(url: string): { mediaType: string; data: string } | undefined {
  const comma = url.slice(0, MAX_HEAD_LENGTH).indexOf(',');
  const [, mediaType] = /^data:([^;,]*)(?:;[^;,]*)*;base64$/i.exec(url.slice(0, Math.max(0, comma))) ?? [];
  return mediaType === undefined ? undefined : { mediaType, data: url.slice(comma + 1) };
}
