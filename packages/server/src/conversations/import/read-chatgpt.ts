import * as z from 'zod/mini';
import { type ImportedConversation, type ImportedMessage, plainMessage } from './imported-conversation.ts';

const seconds = z.optional(z.nullable(z.number()));

const messageSchema = z.object({
  author: z.object({ role: z.string() }),
  content: z.object({
    content_type: z.optional(z.string()),
    /** Strings, and pointers to files that the export does not hold. */
    parts: z.optional(z.array(z.unknown())),
    text: z.optional(z.string()),
  }),
  create_time: seconds,
  metadata: z.optional(
    z.nullable(
      z.object({
        model_slug: z.optional(z.nullable(z.string())),
        is_visually_hidden_from_conversation: z.optional(z.nullable(z.boolean())),
      }),
    ),
  ),
});

const conversationSchema = z.object({
  title: z.optional(z.nullable(z.string())),
  create_time: seconds,
  update_time: seconds,
  current_node: z.optional(z.nullable(z.string())),
  is_archived: z.optional(z.nullable(z.boolean())),
  mapping: z.record(
    z.string(),
    z.object({
      message: z.optional(z.nullable(messageSchema)),
      parent: z.optional(z.nullable(z.string())),
    }),
  ),
});

type Mapping = z.infer<typeof conversationSchema>['mapping'];

const roles = new Map([
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['system', 'system'],
] as const);
/** What people see; the rest is notes of the product to itself, and what tools were told and said. */
const shownTypes = new Set(['text', 'multimodal_text', undefined]);

/**
 * An entry of ChatGPT's `conversations.json`: a tree whose nodes are partly invisible. The branch that was open last is last.
 * @throws {z.core.$ZodError} naming the field that does not fit
 */
export function readChatgpt(entry: unknown): ImportedConversation {
  const { title, create_time, update_time, current_node, is_archived, mapping } = z.parse(
    conversationSchema,
    entry,
  );
  const messages = readTree(mapping);
  const current = findShown(mapping, current_node, new Set(messages.map(({ id }) => id)));
  const isCurrent = ({ id }: ImportedMessage) => id === current;
  return {
    title: title ?? null,
    createdAt: toMs(create_time),
    updatedAt: toMs(update_time),
    isPinned: false,
    isArchived: is_archived === true,
    messages: [...messages.filter((message) => !isCurrent(message)), ...messages.filter(isCurrent)],
    images: new Map(),
  };
}

function readTree(mapping: Mapping): ImportedMessage[] {
  const shown = new Map<string, ImportedMessage>();
  for (const id of Object.keys(mapping)) {
    const message = toMessage(id, mapping);
    if (message !== null) shown.set(id, message);
  }
  const ids = new Set(shown.keys());
  return [...shown.values()].map((message) => ({
    ...message,
    parentId: findShown(mapping, mapping[message.id]?.parent, ids),
  }));
}

/** The nearest node that is shown, from this one up. */
function findShown(
  mapping: Mapping,
  from: string | null | undefined,
  shown: ReadonlySet<string>,
): string | null {
  const passed = new Set<string>();
  let id = from ?? null;
  while (id !== null && !shown.has(id) && !passed.has(id)) {
    passed.add(id);
    id = mapping[id]?.parent ?? null;
  }
  return id !== null && shown.has(id) ? id : null;
}

function toMessage(id: string, mapping: Mapping): ImportedMessage | null {
  const message = mapping[id]?.message;
  if (!message) return null;
  const { author, content, metadata, create_time } = message;
  const role = roles.get(author.role as 'user');
  const isHidden = metadata?.is_visually_hidden_from_conversation === true;
  if (role === undefined || isHidden || !shownTypes.has(content.content_type)) return null;
  const text = (content.parts ?? [content.text]).filter((part) => typeof part === 'string').join('\n\n');
  if (text === '') return null;
  return {
    ...plainMessage,
    id,
    parentId: null,
    role,
    content: text,
    model: role === 'assistant' ? (metadata?.model_slug ?? null) : null,
    endReason: role === 'assistant' ? 'complete' : null,
    createdAt: toMs(create_time),
  };
}

const toMs = (time: number | null | undefined) => (time ? Math.round(time * 1000) : null);
