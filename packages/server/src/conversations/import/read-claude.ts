import * as z from 'zod/mini';
import { type ImportedConversation, type ImportedMessage, plainMessage } from './imported-conversation.ts';

const text = z.optional(z.nullable(z.string()));

const messageSchema = z.object({
  uuid: z.string(),
  sender: z.enum(['human', 'assistant']),
  text,
  content: z.optional(z.array(z.object({ type: z.string(), text, thinking: text }))),
  created_at: text,
  parent_message_uuid: text,
  attachments: z.optional(z.array(z.object({ file_name: text, extracted_content: text }))),
});

const conversationSchema = z.object({
  name: text,
  created_at: text,
  updated_at: text,
  chat_messages: z.array(messageSchema),
});

type ClaudeMessage = z.infer<typeof messageSchema>;

/**
 * An entry of Claude's `conversations.json`. What tools were told and said is left out.
 * @throws {z.core.$ZodError} naming the field that does not fit
 */
export function readClaude(entry: unknown): ImportedConversation {
  const { name, created_at, updated_at, chat_messages } = z.parse(conversationSchema, entry);
  const isTree = chat_messages.some(({ parent_message_uuid }) => typeof parent_message_uuid === 'string');
  const messages = chat_messages.map((message, index): ImportedMessage => {
    const before = isTree ? message.parent_message_uuid : chat_messages[index - 1]?.uuid;
    return {
      ...plainMessage,
      id: message.uuid,
      parentId: before ?? null,
      role: message.sender === 'human' ? 'user' : 'assistant',
      content: contentOf(message),
      reasoning: join(message.content?.map(({ thinking }) => thinking)) || null,
      endReason: message.sender === 'assistant' ? 'complete' : null,
      createdAt: toMs(message.created_at),
    };
  });
  return {
    title: name ?? null,
    createdAt: toMs(created_at),
    updatedAt: toMs(updated_at),
    isPinned: false,
    isArchived: false,
    settings: {},
    messages,
    images: new Map(),
  };
}

function contentOf({ text: whole, content, attachments }: ClaudeMessage): string {
  const parts = content?.map((part) => (part.type === 'text' ? part.text : null));
  const said = join(parts) || (whole ?? '');
  const files = attachments?.map(({ file_name, extracted_content }) =>
    extracted_content ? `${file_name ?? 'Attachment'}:\n\n${extracted_content}` : null,
  );
  return join([said, ...(files ?? [])]);
}

const join = (parts: readonly (string | null | undefined)[] = []) => parts.filter(Boolean).join('\n\n');

const toMs = (time: string | null | undefined) => (time ? Date.parse(time) || null : null);
