import {
  type RunEndReason,
  type RunEvent,
  type RunStart,
  SluiceError,
  type Usage,
  errorEntry,
} from '@sluice/shared';
import type { RunLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider, ProviderEvent, ProviderRequest } from '../providers/provider.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import type { EndWriter, EndedRun } from './end-writer.ts';
import { estimateUsage } from './estimate-usage.ts';
import { type Run, RunAbort } from './run.ts';
import { type RunTimeouts, startPhaseTimers } from './start-phase-timers.ts';

export interface Generation {
  run: Run;
  log: RunLog;
  provider: Provider;
  request: ProviderRequest;
  timeouts: RunTimeouts;
  checkpoints: Pick<CheckpointWriter, 'note'>;
  ends: EndWriter;
  logger: Logger;
}

/** How long `run-end` may wait for a trailer before followers are told that the answer is whole. */
const TRAILER_GRACE_MS = 20;

/** What has come of the upstream call so far. */
interface Progress {
  finishReason: 'complete' | 'length' | 'refused' | null;
  usage: Usage | null;
  providerRequestId: string | undefined;
  firstTokenMs: number | null;
  textLength: number;
  reasoningLength: number;
  /** The answer, kept for its message: empty outside of conversations. */
  text: string;
  reasoning: string;
}

/**
 * The write half of a run: one upstream call into the event log, with `run-start` first and `run-end` last, whatever happens in
 * between. Settles after `run-end`; never rejects.
 */
export async function generateAnswer(generation: Generation): Promise<void> {
  const { run, log } = generation;
  const progress: Progress = {
    finishReason: null,
    usage: null,
    providerRequestId: undefined,
    firstTokenMs: null,
    textLength: 0,
    reasoningLength: 0,
    text: '',
    reasoning: '',
  };
  log.append([toRunStart(run)]);
  let failure: unknown;
  try {
    await callProvider(generation, progress);
  } catch (error) {
    failure = error;
  }
  const verdict = judge(generation, progress, failure);
  run.noteUpstreamClosed(verdict.reason);
  await end(generation, progress, verdict);
}

function toRunStart({ id: runId, model, provider, createdAt, place }: Run): RunStart {
  return {
    type: 'run-start',
    runId,
    model,
    provider,
    createdAt: new Date(createdAt).toISOString(),
    ...place,
  };
}

async function callProvider(generation: Generation, progress: Progress) {
  const { run, log, provider, request, timeouts } = generation;
  // A caller that has gone, or pressed Stop, before the call costs no call.
  run.signal.throwIfAborted();
  using timers = startPhaseTimers(run, timeouts);
  run.attempts += 1;
  let trailer: NodeJS.Timeout | undefined;
  try {
    for await (const batch of provider.generate(request, run.signal)) {
      timers.noteLife();
      const events = toRunEvents(batch, run, progress);
      if (events.length > 0) {
        log.append(events);
        if (run.place !== null) keep(generation, progress, events);
      }
      if (progress.firstTokenMs !== null) timers.noteToken();
      const { finishReason: reason } = progress;
      if (reason === null || trailer !== undefined) continue;
      timers.noteFinish();
      trailer = setTimeout(() => log.append([{ type: 'finish', reason }]), TRAILER_GRACE_MS);
    }
  } finally {
    clearTimeout(trailer);
  }
}

/** What is in the log is in the message: nothing else, and nothing less. */
function keep({ run, checkpoints }: Generation, progress: Progress, events: readonly RunEvent[]): void {
  for (const event of events) {
    const text = event.type === 'text-delta' ? event.text : '';
    const reasoning = event.type === 'reasoning-delta' ? event.reasoning : '';
    progress.text += text;
    progress.reasoning += reasoning;
    checkpoints.note(run.id, { text, reasoning });
  }
}

/** Takes down what a batch tells, and keeps what followers are to see of it. */
function toRunEvents(batch: readonly ProviderEvent[], run: Run, progress: Progress): RunEvent[] {
  const events: RunEvent[] = [];
  for (const event of batch) {
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        progress.firstTokenMs ??= Date.now() - run.createdAt;
        if (event.type === 'text-delta') progress.textLength += event.text.length;
        else progress.reasoningLength += event.reasoning.length;
        events.push(event);
        break;
      case 'usage':
        progress.usage = event.usage;
        break;
      case 'finish':
        progress.finishReason = event.reason;
        break;
      case 'call':
        progress.providerRequestId = event.providerRequestId;
        break;
      default:
        event satisfies never;
    }
  }
  return events;
}

interface Verdict {
  reason: RunEndReason;
  /** Whose event tells of it. */
  error?: SluiceError;
}

/** How the run ended. An answer that was whole before it was aborted is whole; then an abort of ours decides, then what was thrown. */
function judge({ run }: Generation, progress: Progress, failure: unknown): Verdict {
  const abort = run.signal.aborted && failure !== undefined ? run.signal.reason : undefined;
  if (abort instanceof RunAbort) {
    if (progress.finishReason !== null) return { reason: progress.finishReason };
    return { reason: abort.endReason, ...(abort.code && { error: new SluiceError(abort.code) }) };
  }
  if (failure !== undefined) {
    const error =
      failure instanceof SluiceError ? failure : new SluiceError('internal', {}, { cause: failure });
    return { reason: errorEntry(error.code).endReason ?? 'error', error };
  }
  if (progress.finishReason === null)
    return { reason: 'error', error: new SluiceError('upstream_truncated') };
  return { reason: progress.finishReason };
}

/** The provider's own count of a whole answer, else an estimate; null when nothing can have been charged. */
function settleUsage({ run, request }: Generation, progress: Progress): Usage | null {
  const { usage, finishReason, textLength, reasoningLength } = progress;
  const isWhole =
    finishReason !== null && usage !== null && (usage.source === 'provider' || usage.outputTokens > 0);
  if (isWhole) return usage;
  const wasAnswered = progress.providerRequestId !== undefined || textLength + reasoningLength > 0;
  // A provider that was left before it answered may have begun.
  const wasLeft = run.attempts > 0 && run.signal.aborted;
  return wasAnswered || wasLeft
    ? estimateUsage(request, { text: textLength, reasoning: reasoningLength }, usage)
    : null;
}

/** The database ends a run; `run-end` tells of it. */
async function end(generation: Generation, progress: Progress, { reason, error }: Verdict): Promise<void> {
  const { run, log, ends } = generation;
  const usage = settleUsage(generation, progress);
  const timing = { firstTokenMs: progress.firstTokenMs, totalMs: Date.now() - run.createdAt };
  const { providerRequestId } = progress;
  const ended: EndedRun = {
    id: run.id,
    outcome: {
      reason,
      errorCode: error?.code ?? null,
      model: run.model,
      provider: run.provider,
      attempts: run.attempts,
      providerRequestId: providerRequestId ?? null,
      usage,
      cost: null,
      ...timing,
      endedAt: Date.now(),
    },
    answer: toAnswer(run, progress),
  };
  const saved = await ends.write(ended);
  const runEnd: RunEvent = {
    type: 'run-end',
    done: true,
    reason,
    usage,
    cost: null,
    saved,
    ...(providerRequestId !== undefined && { providerRequestId }),
    timing,
  };
  log.append(error === undefined ? [runEnd] : [toErrorEvent(error), runEnd]);
  run.end({ reason, usage, cost: null });
  logEnd(generation, ended, error);
}

function toAnswer({ owner, place }: Run, { text, reasoning }: Progress): EndedRun['answer'] {
  if (place === null) return null;
  const { conversationId, messageId } = place;
  return { userId: owner.userId, conversationId, messageId, text, reasoning };
}

function logEnd({ run, logger }: Generation, { outcome }: EndedRun, error: SluiceError | undefined): void {
  const level = error?.code === 'internal' || error?.code === 'upstream_auth' ? 'error' : 'info';
  const { reason, usage, firstTokenMs, totalMs } = outcome;
  const fields = {
    runId: run.id,
    userId: run.owner.userId,
    model: run.model,
    reason,
    code: error?.code,
    firstTokenMs,
    totalMs,
    usage,
  };
  logger[level]({ ...fields, ...(level === 'error' && { err: error?.cause }) }, 'run ended');
}

function toErrorEvent(error: SluiceError): RunEvent {
  return {
    type: 'error',
    error: error.message,
    code: error.code,
    retryable: errorEntry(error.code).retryable,
  };
}
