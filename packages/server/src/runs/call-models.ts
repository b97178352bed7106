// In: the models that may answer a run, best first. Out: what the first that answers says, in the run's log.
// Never: a second call once anything of an answer is in the log, nor a wait that an abort does not end.
import { type Message, type RunEvent, SluiceError } from '@sluice/shared';
import { watchBudget } from '../admission/watch-budget.ts';
import type { RunLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { AttemptOutcome } from '../observability/run-observer.ts';
import { type Candidate, estimateCall, tell } from './candidates.ts';
import type { CheckpointWriter } from './checkpoint-writer.ts';
import type { Progress } from './progress.ts';
import { estimateTokens } from './estimate-usage.ts';
import { MAX_CALLS, mayFallBack, retryDelayMs } from './retry-policy.ts';
import { type Run, RunAbort } from './run.ts';
import { type PhaseTimers, type RunTimeouts, startPhaseTimers } from './start-phase-timers.ts';
import { unlessAborted } from './unless-aborted.ts';
import { within } from './within.ts';

export interface ModelCalls {
  run: Run;
  log: RunLog;
  candidates: { first: Candidate; fallbacks: readonly Candidate[] };
  /** What the model is told. */
  messages: readonly Message[];
  timeouts: RunTimeouts;
  checkpoints: Pick<CheckpointWriter, 'note'>;
  logger: Logger;
}

/** How long `run-end` may wait, for a trailer or a count, before followers are told that the answer is whole. */
export const FINISH_GRACE_MS = 20;

/** @throws what the last call failed with, or the signal's reason */
export async function callModels(calls: ModelCalls, progress: Progress): Promise<void> {
  const { run, log, candidates, messages, timeouts, logger } = calls;
  // A caller that has gone, or pressed Stop, before the call costs no call.
  run.signal.throwIfAborted();
  using timers = startPhaseTimers(run, timeouts);
  const waited = { ms: 0 };
  const left = [...candidates.fallbacks];
  let candidate = candidates.first;
  for (;;) {
    try {
      await callPatiently(calls, { candidate, progress, timers, waited, isLast: left.length === 0 });
      return;
    } catch (error) {
      const from = candidate.model;
      const may = ({ model }: Candidate) => mayFallBack(error, { from, to: model, messages });
      const next = progress.isUnseen ? await findAffordable(calls, left, may) : undefined;
      if (next === undefined || run.signal.aborted) throw error;
      candidate = next;
      const change = { from: from.id, to: next.model.id, reason: reasonOf(error) };
      logger.warn({ runId: run.id, ...change }, 'a model could not answer: another one is asked');
      run.observation.noteFallback(from.provider, change.reason);
      log.append([{ type: 'run-fallback', ...change }]);
    }
  }
}

/** @returns the first of those `left` that may answer and has a budget left for it; it and those before it are taken out */
async function findAffordable(
  { run, messages, logger }: ModelCalls,
  left: Candidate[],
  may: (candidate: Candidate) => boolean,
): Promise<Candidate | undefined> {
  for (let next = left.shift(); next !== undefined && !run.signal.aborted; next = left.shift()) {
    if (!may(next)) continue;
    const { model } = next;
    try {
      // The run's end settles what a move that is left behind may still do.
      await unlessAborted(run.signal, async () => run.budget?.moveTo(model, estimateCall(next, messages)));
      run.serveBy(model);
      return next;
    } catch (error) {
      if (run.signal.aborted) return undefined;
      logger.info({ err: error, runId: run.id, model: model.id }, 'a fallback model is passed over');
    }
  }
  return undefined;
}

interface Call {
  candidate: Candidate;
  progress: Progress;
  timers: PhaseTimers;
  /** Between the calls of this run. */
  waited: { ms: number };
  /** Whether there is no other model to be asked. */
  isLast: boolean;
}

/** Asks one model, again if need be. */
async function callPatiently(calls: ModelCalls, call: Call): Promise<void> {
  const { run, log, logger } = calls;
  const { candidate, progress, timers, waited } = call;
  for (let made = 1; ; made += 1) {
    try {
      await callObserved(calls, call);
      return;
    } catch (error) {
      timers.noteCallEnd();
      const delayMs = retryDelayMs({ error, calls: made, waitedMs: waited.ms }, Math.random());
      if (delayMs === undefined || !progress.isUnseen || run.signal.aborted) throw error;
      const reason = reasonOf(error);
      const fields = { runId: run.id, model: candidate.model.id, reason, delayMs };
      logger.info(fields, 'an upstream call failed, and is made again');
      run.observation.noteRetry(candidate.model.provider, reason);
      const maxAttempts = run.attempts + MAX_CALLS - made;
      log.append([{ type: 'run-retry', attempt: run.attempts + 1, maxAttempts, delayMs, reason }]);
      waited.ms += delayMs;
      await pause(delayMs, run.signal);
    }
  }
}

const reasonOf = (error: unknown) => (error instanceof SluiceError ? error.code : 'internal');

/** @throws the signal's reason, at once when it aborts */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const wake = () => aborted.resolve();
  signal.addEventListener('abort', wake, { once: true });
  await within(ms, aborted.promise);
  signal.removeEventListener('abort', wake);
  signal.throwIfAborted();
}

/** Tells metrics and traces of one call. */
async function callObserved(calls: ModelCalls, call: Call): Promise<void> {
  const { run } = calls;
  const { candidate, progress } = call;
  const { model, maxOutputTokens, temperature } = candidate.options;
  const { provider } = candidate.model;
  const noteEnd = run.observation.beginAttempt({ provider, model, maxOutputTokens, temperature });
  const noteOutcome = (outcome: AttemptOutcome) =>
    noteEnd({
      outcome,
      finishReason: progress.finishReason,
      usage: progress.usage,
      responseId: progress.providerRequestId,
      servedModel: progress.served?.model,
      firstTokenAt: progress.firstTokenMs === null ? null : run.begunAt + progress.firstTokenMs,
    });
  try {
    await callOnce(calls, call);
    noteOutcome('ok');
  } catch (error) {
    const { reason }: { reason?: unknown } = run.signal;
    noteOutcome(reason instanceof RunAbort ? (reason.code ?? reason.endReason) : reasonOf(error));
    throw error;
  }
}

async function callOnce(calls: ModelCalls, { candidate, progress, timers, isLast }: Call): Promise<void> {
  const { run, log, messages } = calls;
  const { model, provider, options } = candidate;
  progress.beginCall(candidate);
  run.attempts += 1;
  const tooLate = isLast ? undefined : new AbortController();
  const signal = tooLate === undefined ? run.signal : AbortSignal.any([run.signal, tooLate.signal]);
  const leave = tooLate && (() => tooLate.abort(new SluiceError('first_token_timeout')));
  timers.noteCall({ own: model.timeouts, leave });
  const noteTokens = watchTokens(calls, candidate);
  let trailer: NodeJS.Timeout | undefined;
  try {
    const request = { ...options, messages: tell(candidate, messages) };
    for await (const batch of provider.generate(request, signal)) {
      timers.noteLife();
      const events = progress.note(batch);
      if (events.length > 0) {
        log.append(events);
        if (run.place !== null) keep(calls, progress, events);
      }
      if (progress.firstTokenMs !== null) timers.noteToken();
      noteTokens?.(estimateTokens(progress.textLength + progress.reasoningLength));
      if (progress.finishReason === null || trailer !== undefined) continue;
      timers.noteFinish();
      trailer = setTimeout(() => progress.tellFinish(log), FINISH_GRACE_MS);
    }
  } catch (error) {
    progress.isLeft = signal.aborted;
    throw error;
  } finally {
    clearTimeout(trailer);
  }
  if (progress.finishReason === null) throw new SluiceError('upstream_truncated');
}

function watchTokens({ run, logger }: ModelCalls, { options, model }: Candidate) {
  const { budget } = run;
  if (budget === null) return undefined;
  return watchBudget({
    budget,
    maxOutputTokens: options.maxOutputTokens ?? model.maxOutputTokens ?? Infinity,
    cut: ({ message }) => run.abort(new RunAbort('budget', 'budget_exceeded', message)),
    warn: (error) => logger.warn({ err: error, runId: run.id }, 'a run could not ask for more of its budget'),
  });
}

/** What is in the log is in the message: nothing else, and nothing less. */
function keep({ run, checkpoints }: ModelCalls, progress: Progress, events: readonly RunEvent[]): void {
  for (const event of events) {
    const text = event.type === 'text-delta' ? event.text : '';
    const reasoning = event.type === 'reasoning-delta' ? event.reasoning : '';
    progress.text += text;
    progress.reasoning += reasoning;
    checkpoints.note(run.id, { text, reasoning });
  }
}
