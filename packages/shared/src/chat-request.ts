import * as z from 'zod/mini';
import { modelIdSchema, settingFields } from './chat-settings.ts';
import { messageSchema, textSchema } from './message.ts';

const idSchema = z.string().check(z.minLength(1), z.maxLength(100));

/**
 * Body of `POST /api/chat/stream` and `POST /api/chat`. Unknown fields at any depth are refused.
 * Exactly one of `message` and `messages` says what is asked; `system` is another name for `systemPrompt`.
 */
export const chatRequestSchema = z
  .strictObject({
    ...settingFields,
    messages: z.optional(z.array(messageSchema).check(z.minLength(1), z.maxLength(2000))),
    message: z.optional(textSchema),
    systemPrompt: z.optional(textSchema),
    system: z.optional(textSchema),
    conversationId: z.optional(idSchema),
    /** Null: a new first message. */
    parentId: z.optional(z.nullable(idSchema)),
    continue: z.optional(z.boolean()),
    fallbackModels: z.optional(z.array(modelIdSchema).check(z.maxLength(8))),
    onDisconnect: z.optional(z.enum(['abort', 'grace', 'finish'])),
    graceMs: z.optional(z.int().check(z.minimum(0))),
    metadata: z.optional(
      z
        .record(z.string().check(z.minLength(1), z.maxLength(64)), z.string().check(z.maxLength(512)))
        .check(z.refine((metadata) => Object.keys(metadata).length <= 16, { error: 'at most 16 entries' })),
    ),
  })
  .check((context) => {
    const { value, issues } = context;
    const report = (field: string, message: string) =>
      issues.push({ code: 'custom', input: value, path: [field], message });
    if (value.message !== undefined && value.messages !== undefined) {
      report('message', 'give either message or messages, not both');
    }
    if (value.system !== undefined && value.systemPrompt !== undefined) {
      report('system', 'give either system or systemPrompt, not both');
    }
    if (value.messages !== undefined && value.messages.at(-1)?.role !== 'user') {
      report('messages', "the last message's role must be user");
    }
  });

export type ChatRequest = z.infer<typeof chatRequestSchema>;
