import { type ChatRequest, type Message, SluiceError, chatRequestSchema } from '@sluice/shared';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';
import type { Asked } from './asked.ts';

/** A run that has ended, to be gone on from. */
export interface SteeredRun {
  asked: Asked;
  /** Where its answer is stored; null outside of conversations. */
  place: { conversationId: string; messageId: string } | null;
  /** What it said. */
  answer: string;
}

/**
 * What the run after a steered one is asked: its context, what it said and the new message; within a conversation the first two are
 * what is stored.
 * @throws {SluiceError} `invalid_request` when that is too much, or not known
 */
export function toSteeredRequest(run: SteeredRun, content: Message['content']): ChatRequest {
  const { asked, place, answer } = run;
  if ('unknown' in asked) throw new SluiceError('invalid_request', { detail: asked.unknown });
  const { message: question, messages, ...options } = asked.body;
  const message: Message = { role: 'user', content };
  if (place !== null) {
    const { conversationId, messageId } = place;
    return { ...options, conversationId, parentId: messageId, messages: [message] };
  }
  const before: readonly Message[] = messages ?? [{ role: 'user', content: question ?? '' }];
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
  const isTooLong = result.error.issues.some(({ code, path }) => code === 'too_big' && path.length === 1);
  throw new SluiceError('invalid_request', {
    detail: isTooLong
      ? 'content: with what was said before it there are more messages than one request may have; send a chat with fewer'
      : describeIssues(result.error),
  });
}

/**
 * Has a steered request looked at.
 * @throws {SluiceError} what `look` throws, in the words of who steers: the last message is their `content`
 */
export function lookAtSteered(request: ChatRequest, look: (request: ChatRequest) => void): void {
  try {
    look(request);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const last = `messages.${(request.messages ?? []).length - 1}.`;
    if (!error.details.detail?.startsWith(last)) throw error;
    throw new SluiceError(error.code, { ...error.details, detail: error.details.detail.slice(last.length) });
  }
}
