import { textSchema } from '@sluice/shared';
import type { Part } from '../dialect/foreign-request.ts';
import { readAs } from './read-as.ts';
import type { Context } from './report-issue.ts';

/** Empty texts are what an answer leaves that was stopped before its first word. */
export function readUiText(text: unknown, context: Context, field: string): Part | null {
  if (text === '') return null;
  const read = readAs(textSchema, text, { context, path: [field] });
  return read === undefined ? null : { type: 'text', text: read };
}
