import type { Conversation, StoredMessage } from '@sluice/shared';
import type { ListedConversation, StoredConversation } from '../storage/conversation-store.ts';
import type { MessageRecord } from '../storage/message-store.ts';
import type { StoredRun } from '../storage/stored-run.ts';

export const toTime = (ms: number) => new Date(ms).toISOString();

export function toConversation(stored: StoredConversation): Conversation {
  return { ...toListed(stored), settings: stored.settings };
}

export function toListed(stored: ListedConversation): Conversation {
  return {
    id: stored.id,
    title: stored.title,
    pinned: stored.isPinned,
    archived: stored.isArchived,
    createdAt: toTime(stored.createdAt),
    updatedAt: toTime(stored.updatedAt),
  };
}

/** @param run the ledger's entry on the run of an answer */
export function toStoredMessage(message: MessageRecord, run?: StoredRun): StoredMessage {
  return {
    id: message.id,
    parentId: message.parentId,
    role: message.role,
    content: message.content,
    ...(message.reasoning !== null && { reasoning: message.reasoning }),
    ...(message.continuesId !== null && { continuesId: message.continuesId }),
    createdAt: toTime(message.createdAt),
    ...(message.role === 'assistant' && toAnswerFacts(message, run)),
  };
}

function toAnswerFacts(message: MessageRecord, run: StoredRun | undefined): Partial<StoredMessage> {
  const { totalMs, firstTokenMs } = run?.timing ?? { totalMs: null, firstTokenMs: null };
  return {
    ...(message.runId !== null && { runId: message.runId }),
    ...(message.model !== null && { model: message.model }),
    ...(message.provider !== null && { provider: message.provider }),
    reason: message.endReason,
    ...(message.errorCode !== null && { errorCode: message.errorCode }),
    ...(run?.result && { usage: run.result.usage, cost: run.result.cost }),
    ...(run?.result?.served && { served: run.result.served }),
    ...(totalMs !== null && { timing: { firstTokenMs, totalMs } }),
  };
}
