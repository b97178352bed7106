import { type Message, imagePartSchema, textSchema } from '@sluice/shared';
import * as z from 'zod';
import { readAs, report } from './report-issues.ts';

/** What a model is told of a message. */
export type ContentPart = Exclude<Message['content'], string>[number];

type Context = z.core.$RefinementCtx;

export const NO_TOOLS = 'tools are not supported';

/** Of earlier answers, and for the page alone: they are shown, and told to no model. */
const unsaid = /^(?:reasoning|reasoning-file|step-start|source|source-url|source-document|data-.*)$/;
const tool = /^(?:tool-.*|dynamic-tool)$/;

/** One part of a `UIMessage`, in any major's form; null for what a model is told nothing of. */
export const uiPartSchema = z
  .looseObject({ type: z.string() })
  .transform((part, context): ContentPart | null => {
    const { type } = part;
    if (type === 'text') return readText(part['text'], context, 'text');
    if (type === 'file') return readFile(part, context);
    if (unsaid.test(type)) return null;
    report(context, ['type'], tool.test(type) ? NO_TOOLS : 'must be text or file');
    return null;
  });

/** Empty texts are what an answer leaves that was stopped before its first word. */
export function readText(text: unknown, context: Context, field: string): ContentPart | null {
  if (text === '') return null;
  const read = readAs(textSchema, text, { context, path: [field] });
  return read === undefined ? null : { type: 'text', text: read };
}

/** AI SDK 4 calls the media type `mimeType`, and has base64 as `data`. */
function readFile(part: Record<string, unknown>, context: Context): ContentPart | null {
  const kind = part['mediaType'] === undefined && part['mimeType'] !== undefined ? 'mimeType' : 'mediaType';
  const { [kind]: mediaType, url, data } = part;
  return url === undefined && data !== undefined
    ? readImage({ mediaType, data }, context, { mediaType: kind, data: 'data' })
    : readDataUrl({ mediaType, url }, context, kind);
}

/** Of a data: URL's first part, the media type and its parameters. */
const MAX_HEAD_LENGTH = 200;

/**
 * @param field the caller's name of the media type
 * @returns null when the file is none that a model is shown, which is reported then
 */
export function readDataUrl(
  { mediaType, url }: { mediaType?: unknown; url: unknown },
  context: Context,
  field: string,
): ContentPart | null {
  const text = typeof url === 'string' ? url : '';
  const comma = text.slice(0, MAX_HEAD_LENGTH).indexOf(',');
  const head = /^data:([^;,]*)(?:;[^;,]*)*;base64$/i.exec(text.slice(0, Math.max(0, comma)));
  if (head === null) {
    report(context, ['url'], 'must be a data: URL in base64; nothing is fetched from elsewhere');
    return null;
  }
  const image = { mediaType: mediaType ?? head[1], data: text.slice(comma + 1) };
  return readImage(image, context, { mediaType: field, data: 'url' });
}

function readImage(
  { mediaType, data }: { mediaType: unknown; data: unknown },
  context: Context,
  fields: { mediaType: string; data: string },
): ContentPart | null {
  const { shape } = imagePartSchema;
  const kind = readAs(shape.mediaType, mediaType, { context, path: [fields.mediaType] });
  const bytes = readAs(shape.data, data, { context, path: [fields.data] });
  return kind === undefined || bytes === undefined ? null : { type: 'image', mediaType: kind, data: bytes };
}
