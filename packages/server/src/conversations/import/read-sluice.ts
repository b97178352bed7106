import { chatSettingsSchema, conversationSchema, storedMessageSchema } from '@sluice/shared';
import * as z from 'zod/mini';
import { EXPORT_FORMAT } from '../export-conversation.ts';
import type { ImportedConversation } from './imported-conversation.ts';

const fileSchema = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(1),
  conversation: z.extend(conversationSchema, { settings: z.optional(z.unknown()) }),
  messages: z.array(storedMessageSchema),
  images: z.record(z.string(), z.object({ mediaType: z.string(), data: z.string() })),
});

/**
 * An entry of our own export.
 * @throws {z.core.$ZodError} naming the field that does not fit
 */
export function readSluice(entry: unknown): ImportedConversation {
  const { conversation, messages, images } = z.parse(fileSchema, entry);
  return {
    title: conversation.title,
    createdAt: Date.parse(conversation.createdAt),
    updatedAt: Date.parse(conversation.updatedAt),
    isPinned: conversation.pinned,
    isArchived: conversation.archived,
    // Of another version, perhaps: the conversation matters more.
    settings: chatSettingsSchema.safeParse(conversation.settings).data ?? {},
    messages: messages.map((message) => ({
      id: message.id,
      parentId: message.parentId,
      role: message.role,
      content: message.content,
      reasoning: message.reasoning ?? null,
      continuesId: message.continuesId ?? null,
      model: message.model ?? null,
      provider: message.provider ?? null,
      // An answer that was being written when the file was made has no end in it.
      endReason: message.role === 'assistant' ? (message.reason ?? 'interrupted') : null,
      errorCode: message.errorCode ?? null,
      createdAt: Date.parse(message.createdAt),
    })),
    images: new Map(Object.entries(images)),
  };
}
