import type { Message } from '@sluice/shared';
import * as z from 'zod';
import { report } from './report-issues.ts';
import { type ContentPart, NO_TOOLS, readDataUrl, readText, uiPartSchema } from './ui-part.ts';

/** A message as the Vercel AI SDK sends it, with what a model is told of it: it may be nothing. */
export interface UiMessage {
  role: Message['role'] | 'data';
  content: ContentPart[];
}

/** AI SDK 4's form of a file. */
const attachmentSchema = z
  .looseObject({ contentType: z.string().optional(), url: z.string() })
  .transform(({ contentType, url }, context) =>
    readDataUrl({ mediaType: contentType, url }, context, 'contentType'),
  );

/** AI SDK 4 has `content`, and may have `parts` that say the same; what else there is, is for the page. */
export const uiMessageSchema = z
  .looseObject({
    role: z.enum(['system', 'user', 'assistant', 'data']),
    parts: z.array(uiPartSchema).max(2000).optional(),
    content: z.string().optional(),
    experimental_attachments: z.array(attachmentSchema).max(100).optional(),
    toolInvocations: z.array(z.unknown()).max(0, { error: NO_TOOLS }).optional(),
  })
  .transform((message, context): UiMessage => {
    const { role, parts = [], content, experimental_attachments: files = [] } = message;
    if (message.parts === undefined && content === undefined) report(context, ['parts'], 'are needed');
    const said = parts.length > 0 ? parts : [readText(content ?? '', context, 'content')];
    const told = [...said, ...files].filter((part) => part !== null);
    if (role !== 'user' && told.some(({ type }) => type === 'image')) {
      report(context, ['parts'], "files are taken in the user's messages alone");
    }
    if (told.length > 100) report(context, ['parts'], 'at most 100 that a model is told');
    return { role, content: told };
  });

/** @returns the message in our own words */
export function toMessage(role: Message['role'], content: ContentPart[]): Message {
  const [part, ...more] = content;
  return { role, content: part?.type === 'text' && more.length === 0 ? part.text : content };
}
