import { chatRequestSchema, textSchema } from '@sluice/shared';
import * as z from 'zod';
import { NO_TOOLS } from './no-tools.ts';
import { type UiMessage, uiMessageSchema } from './ui-message.ts';

/** The app's own id of a chat: whatever it likes, as long as every store can keep it. */
export const chatIdSchema = textSchema.check(z.maxLength(255));

const { messages: _messages, message: _message, ...options } = chatRequestSchema.shape;

/** Fields of a body that are ours, as in `POST /api/chat/stream`; an app adds them with `body`. */
export const optionNames = Object.keys(options) as (keyof typeof options)[];

const isEmpty = (value: unknown) =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;

/** A text is the user's. */
const newMessageSchema = z.union([
  z.pipe(
    textSchema,
    z.transform((text: string): UiMessage => ({
      role: 'user',
      content: [{ part: { type: 'text', text }, field: 'text' }],
    })),
  ),
  uiMessageSchema,
]);

/**
 * Body of `POST /api/ai-sdk/chat`: what the transports of AI SDK 4 to 7 send, with all messages or the last alone, and options of
 * ours beside it. Apps add fields of their own, so that unknown ones are let through here.
 */
export const uiChatBodySchema = z.looseObject({
  ...options,
  id: z.optional(chatIdSchema),
  messages: z.array(uiMessageSchema).min(1).max(2000).optional(),
  message: newMessageSchema.optional(),
  trigger: z.string().optional(),
  messageId: z.string().nullish(),
  tools: z.unknown().refine(isEmpty, { error: NO_TOOLS }).optional(),
});

export type UiChatBody = z.infer<typeof uiChatBodySchema>;
