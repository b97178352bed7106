import { imagePartSchema } from '@sluice/shared';
import type { Part } from '../dialect/foreign-request.ts';
import { NO_IMAGE_TYPE, imageTypeOf } from '../dialect/image-type.ts';
import { NO_DATA_URL, splitDataUrl } from '../dialect/split-data-url.ts';
import { readAs } from './read-as.ts';
import { type Context, reportIssue } from './report-issue.ts';

interface UiFile {
  mediaType?: unknown;
  /** As a data: URL; or `data`, base64. */
  url?: unknown;
  data?: unknown;
}

/**
 * @param typeField the caller's name of the media type
 * @returns null when the file is none that a model is shown, which is reported then
 */
export function readUiFile(file: UiFile, context: Context, typeField: string): Part | null {
  if (file.url === undefined && file.data !== undefined) {
    return readImage(file, context, { mediaType: typeField, data: 'data' });
  }
  const split = typeof file.url === 'string' ? splitDataUrl(file.url) : undefined;
  if (split === undefined) {
    reportIssue(context, ['url'], NO_DATA_URL);
    return null;
  }
  const mediaType = file.mediaType ?? split.mediaType;
  return readImage({ mediaType, data: split.data }, context, { mediaType: typeField, data: 'url' });
}

function readImage(
  { mediaType, data }: Omit<UiFile, 'url'>,
  context: Context,
  fields: { mediaType: string; data: string },
): Part | null {
  const known = imageTypeOf(mediaType);
  if (known === undefined) reportIssue(context, [fields.mediaType], NO_IMAGE_TYPE);
  const bytes = readAs(imagePartSchema.shape.data, data, { context, path: [fields.data] });
  return known === undefined || bytes === undefined ? null : { type: 'image', mediaType: known, data: bytes };
}
