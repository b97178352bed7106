import { randomUUID } from 'node:crypto';
import type { StoredConversation } from './conversation-store.ts';
import type { AnswerEnd, MessageRecord } from './message-store.ts';
import type { NewRun, RunOutcome } from './stored-run.ts';
import type { StoredUser } from './user-store.ts';

/** Of a day in 2027. */
export const someTime = 1_800_000_000_000;

export function makeUser(changes: Partial<StoredUser> = {}): StoredUser {
  const id = randomUUID();
  return {
    id,
    email: `Ada.${id}@Example.com`,
    name: 'Ada',
    role: 'user',
    passwordHash: null,
    isDisabled: false,
    createdAt: someTime,
    ...changes,
  };
}

export function makeConversation(
  userId: string,
  changes: Partial<StoredConversation> = {},
): StoredConversation {
  return {
    id: randomUUID(),
    userId,
    title: null,
    isPinned: false,
    isArchived: false,
    createdAt: someTime,
    updatedAt: someTime,
    settings: {},
    ...changes,
  };
}

export function makeMessage(conversationId: string, changes: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id: randomUUID(),
    conversationId,
    parentId: null,
    role: 'user',
    content: 'Hi',
    reasoning: null,
    continuesId: null,
    runId: null,
    model: null,
    provider: null,
    endReason: null,
    errorCode: null,
    createdAt: someTime,
    ...changes,
  };
}

export function makeRun(userId: string, changes: Partial<NewRun> = {}): NewRun {
  return {
    id: randomUUID(),
    userId,
    tokenId: null,
    conversationId: null,
    messageId: null,
    requestId: randomUUID(),
    modelAsked: 'demo',
    model: 'demo/sluice',
    provider: 'demo',
    estimatedInputTokens: 5,
    metadata: null,
    idempotency: null,
    chatId: null,
    held: null,
    processId: 'p',
    createdAt: someTime,
    ...changes,
  };
}

export function makeOutcome(changes: Partial<RunOutcome> = {}): RunOutcome {
  return {
    reason: 'complete',
    errorCode: null,
    model: 'demo/sluice',
    provider: 'demo',
    attempts: 1,
    providerRequestId: null,
    served: null,
    usage: {
      inputTokens: 10,
      outputTokens: 20,
      cacheReadTokens: 3,
      cacheWriteTokens: 4,
      reasoningTokens: 5,
      source: 'provider',
    },
    cost: { microUsd: 7, source: 'catalog' },
    firstTokenMs: 1,
    totalMs: 2,
    upstreamClosedMs: null,
    endedAt: someTime + 2,
    ...changes,
  };
}

export function makeAnswerEnd(changes: Partial<AnswerEnd> = {}): AnswerEnd {
  return {
    content: 'Hello',
    reasoning: null,
    endReason: 'complete',
    errorCode: null,
    model: 'a/b',
    provider: 'a',
    ...changes,
  };
}
