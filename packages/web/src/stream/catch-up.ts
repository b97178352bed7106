import { type SharedConversation, type StoredMessage, errorEntry, isErrorCode } from '@sluice/shared';
import { type RunStore, createRunStore } from './run-store.ts';

/** What is shown of a stored answer; of a shared one less is told. */
type StoredAnswer = Partial<Omit<StoredMessage, 'id' | 'content'>> & {
  id: string;
  content: StoredMessage['content'] | SharedConversation['messages'][number]['content'];
};

/** @returns the text parts of a message, one after the other */
export function textOf(content: StoredAnswer['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A run as it was stored: an answer is one thing to the page, live or not. */
export function restoreRun(message: StoredAnswer): RunStore {
  const run = createRunStore({
    id: message.id,
    model: message.model ?? '',
    isRestored: true,
    // What is stored is there at once.
    schedule: (flush) => flush(),
  });
  const { runId = '', model = '', provider = '', createdAt = '' } = message;
  if (model !== '')
    run.append({ type: 'run-start', runId, model, provider, createdAt, messageId: message.id });
  catchUp(run, message);
  return run;
}

/** Gives a restored run the events that must have happened since: what was stored of an answer is the fold of its events. */
export function catchUp(run: RunStore, message: StoredAnswer): void {
  if (run.getView().phase === 'ended') return;
  const missing = (have: string, stored: string) =>
    stored.startsWith(have) ? stored.slice(have.length) : '';
  const reasoning = missing(run.getReasoning(), message.reasoning ?? '');
  const text = missing(run.getText(), textOf(message.content));
  if (reasoning !== '') run.append({ type: 'reasoning-delta', reasoning });
  if (text !== '') run.append({ type: 'text-delta', text });
  const { reason, errorCode, usage = null, cost = null, served } = message;
  // An answer that no run of ours wrote, such as an imported one, is whole.
  if (reason === null && message.runId !== undefined) return;
  if (errorCode !== undefined) {
    const retryable = !isErrorCode(errorCode) || errorEntry(errorCode).retryable;
    run.append({ type: 'error', error: '', code: errorCode, retryable });
  }
  const timing = message.timing ?? { firstTokenMs: null, totalMs: 0 };
  const end = { type: 'run-end' as const, done: true as const, usage, cost, saved: true, timing };
  run.append({ ...end, reason: reason ?? 'complete', ...(served !== undefined && { served }) });
}
