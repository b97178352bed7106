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
  const { messages, findShown } = readTree(mapping);
  const current = findShown(current_node);
  const isCurrent = ({ id }: ImportedMessage) => id === current;
  return {
    title: title ?? null,
    createdAt: toMs(create_time),
    updatedAt: toMs(update_time),
    isPinned: false,
    isArchived: is_archived === true,
    settings: {},
    messages: [...messages.filter((message) => !isCurrent(message)), ...messages.filter(isCurrent)],
    images: new Map(),
  };
}

function readTree(mapping: Mapping): { messages: ImportedMessage[]; findShown: FindShown } {
  const shown = new Map<string, ImportedMessage>();
  for (const id of Object.keys(mapping)) {
    const message = toMessage(id, mapping);
    if (message !== null) shown.set(id, message);
  }
  const findShown = lookUp(mapping, shown);
  const messages = [...shown.values()].map((message) => ({
    ...message,
    parentId: findShown(mapping[message.id]?.parent),
  }));
  return { messages, findShown };
}

/** @returns the nearest node that is shown, from this one up */
type FindShown = (from: string | null | undefined) => string | null;

/** Each node is passed once, however many look for what is above it. */
function lookUp(mapping: Mapping, shown: ReadonlyMap<string, unknown>): FindShown {
  const found = new Map<string, string | null>();
  return (from) => {
    const passed: string[] = [];
    let id = from ?? null;
    while (id !== null && !shown.has(id) && !found.has(id)) {
      passed.push(id);
      // Until it is known; a ring of nodes that nobody sees ends here.
      found.set(id, null);
      id = mapping[id]?.parent ?? null;
    }
    const nearest = id === null || shown.has(id) ? id : (found.get(id) ?? null);
    for (const each of passed) found.set(each, nearest);
    return nearest;
  };
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
