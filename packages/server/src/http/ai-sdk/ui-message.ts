import type { Message } from '@sluice/shared';
import * as z from 'zod';
import type { NamedPart, Part } from '../dialect/foreign-request.ts';
import { NO_TOOLS } from './no-tools.ts';
import { readUiFile } from './read-ui-file.ts';
import { readUiText } from './read-ui-text.ts';
import { reportIssue } from './report-issue.ts';
import { uiPartSchema } from './ui-part-schema.ts';

/** A message as the Vercel AI SDK sends it. */
export interface UiMessage {
  role: Message['role'] | 'data';
  /** What a model is told of it, which may be nothing, and where the message has it. */
  content: NamedPart[];
}

/** AI SDK 4's form of a file. */
const attachmentSchema = z
  .looseObject({ contentType: z.string().optional(), url: z.string() })
  .transform(({ contentType, url }, context) =>
    readUiFile({ mediaType: contentType, url }, context, 'contentType'),
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
    if (message.parts === undefined && content === undefined) reportIssue(context, ['parts'], 'are needed');
    const said =
      parts.length > 0
        ? namePlaces('parts', parts)
        : namePlaces('content', [readUiText(content ?? '', context, 'content')]);
    const told = [...said, ...namePlaces('experimental_attachments', files)];
    if (role !== 'user' && told.some(({ part }) => part.type === 'image')) {
      reportIssue(context, ['parts'], "files are taken in the user's messages alone");
    }
    if (told.length > 100) reportIssue(context, ['parts'], 'at most 100 that a model is told');
    return { role, content: told };
  });

function namePlaces(field: string, parts: readonly (Part | null)[]): NamedPart[] {
  return parts.flatMap((part, index) => (part === null ? [] : [{ part, field: `${field}.${index}` }]));
}
