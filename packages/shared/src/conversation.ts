import * as z from 'zod/mini';
import { chatSettingsSchema, settingFields } from './chat-settings.ts';
import { runEndReasons, servedSchema } from './run-event.ts';
import { textSchema } from './message.ts';
import { costSchema, usageSchema } from './usage.ts';

const titleSchema = z.string().check(
  z.trim(),
  z.minLength(1),
  z.maxLength(200),
  z.refine((title) => !title.includes('\0') && title.isWellFormed(), { error: 'must be text' }),
);

export const conversationSchema = z.object({
  id: z.string(),
  /** Made from the first prompt's words unless given; null before there is a prompt. */
  title: z.nullable(z.string()),
  pinned: z.boolean(),
  archived: z.boolean(),
  /** RFC 3339. */
  createdAt: z.string(),
  /** When a message was last added; RFC 3339. */
  updatedAt: z.string(),
  /** Not in lists. */
  settings: z.optional(z.object({ ...settingFields, systemPrompt: z.optional(z.string()) })),
});

export type Conversation = z.infer<typeof conversationSchema>;

/** Where the words of a search were found: in the title when `messageId` is null. */
export const snippetSchema = z.object({
  messageId: z.nullable(z.string()),
  text: z.string(),
  /** `[start, end)` of each hit in `text`, in UTF-16 code units, in order. */
  highlights: z.array(z.tuple([z.number(), z.number()])),
});

export type Snippet = z.infer<typeof snippetSchema>;

/**
 * Answer of `GET /api/conversations`. Without `q`: pinned ones first, then by `updatedAt`, newest first. With `q`: by the newest
 * message or title that has all the words, each with a snippet; a page may then hold fewer than `limit` although more follow.
 */
export const conversationListSchema = z.object({
  conversations: z.array(z.extend(conversationSchema, { snippet: z.optional(snippetSchema) })),
  /** For `cursor` of the next page; null on the last. */
  nextCursor: z.nullable(z.string()),
});

export type ConversationList = z.infer<typeof conversationListSchema>;

/** Body of `POST /api/conversations`. */
export const newConversationSchema = z.strictObject({
  title: z.optional(titleSchema),
  settings: z.optional(chatSettingsSchema),
});

export type NewConversation = z.infer<typeof newConversationSchema>;

/** Body of `PATCH /api/conversations/:id`: the fields that change. */
export const conversationChangesSchema = z.strictObject({
  title: z.optional(titleSchema),
  pinned: z.optional(z.boolean()),
  archived: z.optional(z.boolean()),
  /** In place of all that was set: what is left out is set no more. */
  settings: z.optional(chatSettingsSchema),
});

export type ConversationChanges = z.infer<typeof conversationChangesSchema>;

/** A part of a stored message. An image's bytes are read from `GET /api/conversations/:id/images/:sha256`. */
export const storedPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: textSchema }),
  z.object({ type: z.literal('image'), mediaType: z.string(), sha256: z.string() }),
]);

export type StoredPart = z.infer<typeof storedPartSchema>;

/** One node of a conversation's tree. */
export const storedMessageSchema = z.object({
  id: z.string(),
  /** Null for a first message; several messages may have the same parent: they are alternatives. */
  parentId: z.nullable(z.string()),
  role: z.enum(['system', 'user', 'assistant']),
  /** A string unless there are images. */
  content: z.union([z.string(), z.array(storedPartSchema)]),
  reasoning: z.optional(z.string()),
  /** The answer, cut short, that this one goes on with: shown as one. */
  continuesId: z.optional(z.string()),
  /** RFC 3339. */
  createdAt: z.string(),
  /** Of an answer alone. */
  runId: z.optional(z.string()),
  model: z.optional(z.string()),
  provider: z.optional(z.string()),
  /** How its run ended; null while it goes on, when `content` is still empty: follow the run. */
  reason: z.optional(z.nullable(z.enum(runEndReasons))),
  /** The code of the error it ended with. */
  errorCode: z.optional(z.string()),
  usage: z.optional(z.nullable(usageSchema)),
  cost: z.optional(z.nullable(costSchema)),
  served: z.optional(servedSchema),
  timing: z.optional(z.object({ firstTokenMs: z.nullable(z.number()), totalMs: z.number() })),
});

export type StoredMessage = z.infer<typeof storedMessageSchema>;

/** Answer of `GET /api/conversations/:id/messages`, in the order in which they were stored: parents before children. */
export const messageListSchema = z.object({
  messages: z.array(storedMessageSchema),
  nextCursor: z.nullable(z.string()),
});

export type MessageList = z.infer<typeof messageListSchema>;

/** Body of `POST /api/conversations/:id/shares`. */
export const newShareSchema = z.strictObject({
  /** The last message shown; unless given, the newest. */
  messageId: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
});

export type NewShare = z.infer<typeof newShareSchema>;

/** A read-only snapshot of one path through a conversation. Whoever has the link can read it, until it is deleted. */
export const shareSchema = z.object({ id: z.string(), url: z.string(), createdAt: z.string() });

export type Share = z.infer<typeof shareSchema>;

export const shareListSchema = z.object({ shares: z.array(shareSchema) });

/** Answer of `GET /api/shares/:id`; needs no token, and says nothing of who made it. */
export const sharedConversationSchema = z.object({
  title: z.nullable(z.string()),
  /** RFC 3339. */
  createdAt: z.string(),
  messages: z.array(
    z.object({
      id: z.string(),
      role: z.enum(['system', 'user', 'assistant']),
      content: z.union([
        z.string(),
        z.array(
          z.discriminatedUnion('type', [
            z.object({ type: z.literal('text'), text: z.string() }),
            /** Base64. */
            z.object({ type: z.literal('image'), mediaType: z.string(), data: z.string() }),
          ]),
        ),
      ]),
      reasoning: z.optional(z.string()),
      continuesId: z.optional(z.string()),
      model: z.optional(z.string()),
      reason: z.optional(z.nullable(z.enum(runEndReasons))),
    }),
  ),
});

export type SharedConversation = z.infer<typeof sharedConversationSchema>;

/** Answer of `POST /api/conversations/import`. */
export const importResultSchema = z.object({
  /** What the file was taken for. */
  format: z.enum(['sluice', 'chatgpt', 'claude']),
  conversations: z.array(z.object({ id: z.string(), title: z.nullable(z.string()), messages: z.number() })),
  /** Entries of the file that could not be read, and why. */
  skipped: z.array(z.object({ index: z.number(), reason: z.string() })),
});

export type ImportResult = z.infer<typeof importResultSchema>;
