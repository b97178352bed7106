import {
  type Cost,
  type RunEndReason,
  type RunEvent,
  SluiceError,
  type Usage,
  errorEntry,
} from '@sluice/shared';
import { priceUsage } from '../catalog/price-usage.ts';
import { FINISH_GRACE_MS, type ModelCalls, callModels } from './call-models.ts';
import type { CostCorrector } from './correct-costs.ts';
import type { EndWriter, EndedRun } from './end-writer.ts';
import { estimateUsage } from './estimate-usage.ts';
import { Progress } from './progress.ts';
import { type Run, RunAbort } from './run.ts';
import type { TokenCounter } from './token-counter.ts';
import { toRunStart } from './to-run-start.ts';

export interface Generation extends ModelCalls {
  ends: EndWriter;
  counter: Pick<TokenCounter, 'count'>;
  corrector: Pick<CostCorrector, 'note'>;
  /** Called when another process turns out to have ended the run. */
  onLost: () => void;
}

/**
 * The write half of a run: its upstream calls into the event log, with `run-start` first and `run-end` last, whatever happens in
 * between; but for a run that another process has taken over, whose end is that one's to tell. Settles after `run-end`; never
 * rejects.
 */
export async function generateAnswer(generation: Generation): Promise<void> {
  const { run, log } = generation;
  const progress = new Progress(run);
  log.append([toRunStart(run, run.place)]);
  let failure: unknown;
  try {
    await callModels(generation, progress);
  } catch (error) {
    failure = error;
  }
  const verdict = judge(generation, progress, failure);
  run.noteUpstreamClosed(verdict.reason);
  await end(generation, progress, verdict);
}

interface Verdict {
  reason: RunEndReason;
  /** Whose event tells of it. */
  error?: SluiceError;
  /** What `run-end` says of an end that has no error. */
  detail?: string;
}

/** How the run ended. An answer that was whole before it was aborted is whole; then an abort of ours decides, then what was thrown. */
function judge({ run }: Generation, progress: Progress, failure: unknown): Verdict {
  const abort = run.signal.aborted && failure !== undefined ? run.signal.reason : undefined;
  if (abort instanceof RunAbort) {
    if (progress.finishReason !== null) return { reason: progress.finishReason };
    const { endReason: reason, code, detail } = abort;
    const more = detail === undefined ? {} : { detail };
    return code === undefined ? { reason, ...more } : { reason, error: new SluiceError(code, more) };
  }
  if (failure !== undefined) {
    const error =
      failure instanceof SluiceError ? failure : new SluiceError('internal', {}, { cause: failure });
    return { reason: errorEntry(error.code).endReason ?? 'error', error };
  }
  if (progress.finishReason === null) throw new Error('a call that neither failed nor finished');
  return { reason: progress.finishReason };
}

/** What a count of tokens may take, and what it may take where somebody waits for the end of the run. */
const PATIENCE_MS = 1000;
const SHORT_PATIENCE_MS = 300;

/** By who pressed Stop, or by a server that is to end. */
function isWaitedFor({ signal }: Run): boolean {
  const reason: unknown = signal.reason;
  return reason instanceof RunAbort && ['stopped', 'interrupted'].includes(reason.endReason);
}

/** The provider's own count of a whole answer, else an estimate; null when nothing can have been charged. */
async function settleUsage(
  { run, candidates, messages, counter }: Generation,
  progress: Progress,
): Promise<Usage | null> {
  const { usage, finishReason, textLength, reasoningLength, sample } = progress;
  const counted = finishReason === null ? null : usage;
  if (counted?.source === 'provider' || (counted?.inputTokens && counted.outputTokens)) return counted;
  const wasAnswered = progress.providerRequestId !== undefined || textLength + reasoningLength > 0;
  // A provider that was left before it answered may have begun.
  if (!wasAnswered && !progress.isLeft) return null;
  const asked = { ...candidates.first.options, messages };
  const produced = { text: textLength, reasoning: reasoningLength, sample };
  const patienceMs = isWaitedFor(run) ? SHORT_PATIENCE_MS : PATIENCE_MS;
  const count = (text: string) => counter.count(text, patienceMs);
  const estimate = await estimateUsage(asked, produced, { known: usage, count });
  // What was counted of a whole answer stands, though its prompt was not.
  return counted?.outputTokens ? { ...estimate, outputTokens: counted.outputTokens } : estimate;
}

/** Followers are told that the answer is whole if its end has to wait for a count. */
async function settleWhole(generation: Generation, progress: Progress): Promise<Usage | null> {
  const { log } = generation;
  const told = progress.isFinishTold
    ? undefined
    : setTimeout(() => progress.tellFinish(log), FINISH_GRACE_MS);
  const usage = await settleUsage(generation, progress);
  clearTimeout(told);
  return usage;
}

/** The provider's own figure, else the catalogue's price for what was used; null where neither is known. */
function settleCost({ costMicroUsd, candidate }: Progress, usage: Usage | null): Cost | null {
  if (costMicroUsd !== null) return { microUsd: costMicroUsd, source: 'provider' };
  const price = candidate?.model.price ?? null;
  if (usage === null || price === null) return null;
  return {
    microUsd: priceUsage(usage, price),
    source: usage.source === 'provider' ? 'catalog' : 'estimated',
  };
}

/** The database ends a run; `run-end` tells of it. */
async function end(generation: Generation, progress: Progress, verdict: Verdict): Promise<void> {
  const { reason, error, detail } = verdict;
  const { run, log, ends } = generation;
  const isWhole = error === undefined && reason === progress.finishReason;
  const usage = await (isWhole ? settleWhole : settleUsage)(generation, progress);
  const cost = settleCost(progress, usage);
  const timing = { firstTokenMs: progress.firstTokenMs, totalMs: run.ageMs };
  const { providerRequestId, served } = progress;
  const ended: EndedRun = {
    id: run.id,
    outcome: {
      reason,
      errorCode: error?.code ?? null,
      model: run.model,
      provider: run.provider,
      attempts: run.attempts,
      providerRequestId: providerRequestId ?? null,
      served,
      usage,
      cost,
      ...timing,
      upstreamClosedMs: run.upstreamClosedMs,
      endedAt: Date.now(),
    },
    answer: toAnswer(run, progress),
  };
  const written = run.isLost ? 'elsewhere' : await ends.write(ended);
  if (written === 'elsewhere') {
    generation.onLost();
    run.end({ reason: 'interrupted', usage, cost });
    run.observation.end({ ...ended.outcome, reason: 'interrupted', errorCode: null, isSaved: true });
    return;
  }
  const runEnd = {
    type: 'run-end' as const,
    done: true as const,
    reason,
    usage,
    cost,
    saved: written === 'written',
    ...(providerRequestId !== undefined && { providerRequestId }),
    ...(served !== null && { served }),
    ...(detail !== undefined && { detail }),
    timing,
  };
  log.append(error === undefined ? [runEnd] : [toErrorEvent(error), runEnd]);
  run.end({ reason, usage, cost });
  tellEnd(generation, ended, { error, isSaved: runEnd.saved });
  askForCost(generation, progress);
}

/** Of a call that was left before it said so, where its provider can be asked. */
function askForCost(
  { run, corrector }: Generation,
  { candidate, costMicroUsd, providerRequestId }: Progress,
): void {
  const provider = candidate?.provider;
  if (costMicroUsd !== null || providerRequestId === undefined || provider?.findCall === undefined) return;
  corrector.note({ runId: run.id, provider, providerRequestId });
}

function toAnswer({ owner, place }: Run, { text, reasoning }: Progress): EndedRun['answer'] {
  if (place === null) return null;
  const { conversationId, messageId } = place;
  return { userId: owner.userId, conversationId, messageId, text, reasoning };
}

/** To the log, to metrics and traces, and to whoever is to know that a limit comes near. */
function tellEnd(
  { run, logger }: Generation,
  { outcome }: EndedRun,
  { error, isSaved }: { error: SluiceError | undefined; isSaved: boolean },
): void {
  // A key that is refused, and a quota that is used up, pass only when a person acts.
  const isForPeople = ['internal', 'upstream_auth', 'upstream_quota'].includes(error?.code ?? '');
  const level = isForPeople ? 'error' : 'info';
  const { reason, usage, cost, firstTokenMs, totalMs } = outcome;
  const fields = {
    runId: run.id,
    // What an error card quotes.
    requestId: run.requestId,
    userId: run.owner.userId,
    model: run.model,
    reason,
    code: error?.code,
    attempts: run.attempts,
    firstTokenMs,
    totalMs,
    ...(run.upstreamClosedMs !== null && { upstreamClosedMs: Math.round(run.upstreamClosedMs) }),
    usage,
    cost,
    saved: isSaved,
  };
  logger[level]({ ...fields, ...(error?.cause !== undefined && { err: error.cause }) }, 'run ended');
  run.observation.end({ ...outcome, isSaved });
  void run.budget?.tellNearness();
}

function toErrorEvent(error: SluiceError): RunEvent {
  return {
    type: 'error',
    error: error.message,
    code: error.code,
    retryable: errorEntry(error.code).retryable,
    ...(error.details.retryAfterMs !== undefined && { retryAfterMs: error.details.retryAfterMs }),
  };
}
