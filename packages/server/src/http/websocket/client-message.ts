import {
  type ChatRequest,
  type Message,
  SluiceError,
  chatRequestSchema,
  messageSchema,
} from '@sluice/shared';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';

/** What a client asks over a socket. */
export type ClientMessage =
  | { type: 'auth'; token: string }
  /** Without an `id` it is given one. */
  | { type: 'chat'; id?: string | undefined; body: ChatRequest }
  | { type: 'stop'; id: string }
  /** Without an `id` the run's own is taken for it. */
  | { type: 'resume'; id?: string | undefined; runId: string; after: number }
  | { type: 'steer'; id: string; content: Message['content'] };

const idSchema = z.string().min(1).max(100);
const types = ['auth', 'chat', 'stop', 'resume', 'steer'] as const;

const schemas = {
  auth: z.strictObject({ type: z.literal('auth'), token: z.string().min(1).max(16_384) }),
  /** Of a chat, what is not the request. */
  chat: z.object({ type: z.literal('chat'), id: idSchema.optional() }),
  stop: z.strictObject({ type: z.literal('stop'), id: idSchema }),
  resume: z.strictObject({
    type: z.literal('resume'),
    id: idSchema.optional(),
    runId: idSchema,
    after: z.unknown().optional(),
  }),
  steer: z.strictObject({ type: z.literal('steer'), id: idSchema, content: messageSchema.shape.content }),
};

/** @throws {SluiceError} `invalid_request` for what is no JSON object */
export function parseClientMessage(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new SluiceError('invalid_request', { detail: 'a message must be a JSON object' });
}

/** @returns the id that an answer to a message is to have, if it has one that can be read */
export function idOf({ id }: Record<string, unknown>): string | undefined {
  return idSchema.safeParse(id).data;
}

/**
 * @param value a message; without a `type` one that has `messages`, or `message`, is a chat
 * @throws {SluiceError} `invalid_request` naming each field that is wrong; `invalid_cursor`
 */
export function readClientMessage(value: Record<string, unknown>): ClientMessage {
  const isBare = value['type'] === undefined && ('messages' in value || 'message' in value);
  const type = isBare ? 'chat' : types.find((name) => name === value['type']);
  switch (type) {
    case 'auth':
    case 'stop':
    case 'steer':
      return check(schemas[type], value);
    case 'chat': {
      const { type: _, id: __, ...body } = value;
      const { id } = check(schemas.chat, { ...value, type });
      return { type, id, body: check(chatRequestSchema, body) };
    }
    case 'resume': {
      const { id, runId, after } = check(schemas.resume, value);
      return { type, id, runId, after: readCursor(after) };
    }
    default:
      throw new SluiceError('invalid_request', { detail: `type: must be one of ${types.join(', ')}` });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError('invalid_request', { detail: 'the message is not valid JSON' });
  }
}

function check<Schema extends z.core.$ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = z.safeParse(schema, value);
  if (!result.success) throw new SluiceError('invalid_request', { detail: describeIssues(result.error) });
  return result.data;
}

function readCursor(after: unknown = 0): number {
  if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
  throw new SluiceError('invalid_cursor', {
    detail: 'after: must be a whole number, the seq of the last frame seen',
  });
}
