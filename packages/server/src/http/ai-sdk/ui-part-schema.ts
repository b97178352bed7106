import * as z from 'zod';
import type { Part } from '../dialect/foreign-request.ts';
import { NO_TOOLS } from './no-tools.ts';
import { readUiFile } from './read-ui-file.ts';
import { readUiText } from './read-ui-text.ts';
import { reportIssue } from './report-issue.ts';

/** Of earlier answers, and for the page alone: they are shown, and told to no model. */
const unsaid = /^(?:reasoning|reasoning-file|step-start|source|source-url|source-document|data-.*)$/;
const tool = /^(?:tool-.*|dynamic-tool)$/;

/** One part of a `UIMessage`, in any major's form; null for what a model is told nothing of. */
export const uiPartSchema = z.looseObject({ type: z.string() }).transform((part, context): Part | null => {
  const { type, url, data } = part;
  if (type === 'text') return readUiText(part['text'], context, 'text');
  if (type === 'file') {
    // AI SDK 4 calls the media type so, and has base64 as `data`.
    const isOld = part['mediaType'] === undefined && part['mimeType'] !== undefined;
    const kind = isOld ? 'mimeType' : 'mediaType';
    return readUiFile({ mediaType: part[kind], url, data }, context, kind);
  }
  if (unsaid.test(type)) return null;
  reportIssue(context, ['type'], tool.test(type) ? NO_TOOLS : 'must be text or file');
  return null;
});
