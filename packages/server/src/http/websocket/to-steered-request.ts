import { type ChatRequest, type Message, SluiceError, chatRequestSchema } from '@sluice/shared';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';

/** A run that has ended, to be gone on from. */
export interface SteeredRun {
  /** What it was asked; undefined when it was asked elsewhere. */
  body: ChatRequest | undefined;
  model: string;
  /** Where its answer is stored; null outside of conversations. */
  place: { conversationId: string; messageId: string } | null;
  /** What it said. */
  answer: string;
}

/** @throws {SluiceError} `invalid_request` when nobody here knows what was said before that run */
export function refuseUnknownContext({ body, place }: Pick<SteeredRun, 'body' | 'place'>): void {
  if (body !== undefined || place !== null) return;
  throw new SluiceError('invalid_request', {
    detail:
      'id: outside of conversations an answer is steered over the socket that asked for it; send a chat',
  });
}

/**
 * What the run after a steered one is asked: its context, what it said and the new message; within a conversation the first two are
 * what is stored.
 * @throws {SluiceError} `invalid_request` when that is too much, or not known
 */
export function toSteeredRequest(run: SteeredRun, content: Message['content']): ChatRequest {
  refuseUnknownContext(run);
  const { body, model, place, answer } = run;
  const { message: asked, messages, parentId: _, continue: __, ...options } = body ?? { model };
  const message: Message = { role: 'user', content };
  if (place !== null) {
    const { conversationId, messageId } = place;
    return { ...options, conversationId, parentId: messageId, messages: [message] };
  }
  const before: readonly Message[] = messages ?? [{ role: 'user', content: asked ?? '' }];
  const said = toText(answer);
  const answers: Message[] = said === '' ? [] : [{ role: 'assistant', content: said }];
  return check({ ...options, messages: [...before, ...answers, message] });
}

/** A cut falls anywhere, and models write anything: what is told to a model again has no half of a character and no U+0000. */
function toText(answer: string): string {
  return answer
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .replaceAll('\0', '');
}

function check(request: ChatRequest): ChatRequest {
  const result = z.safeParse(chatRequestSchema, request);
  if (result.success) return result.data;
  throw new SluiceError('invalid_request', { detail: describeIssues(result.error) });
}
