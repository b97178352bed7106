import { type RunEndReason, type RunEvent, SluiceError, type Usage, errorEntry } from '@sluice/shared';
import type { RunLog } from '../event-log/event-log.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider, ProviderEvent, ProviderRequest } from '../providers/provider.ts';
import { estimateUsage } from './estimate-usage.ts';
import { type Run, RunAbort } from './run.ts';
import { type RunTimeouts, startPhaseTimers } from './start-phase-timers.ts';

export interface Generation {
  run: Run;
  log: RunLog;
  provider: Provider;
  request: ProviderRequest;
  timeouts: RunTimeouts;
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
  };
  const { id: runId, model, provider } = run;
  log.append([
    { type: 'run-start', runId, model, provider, createdAt: new Date(run.createdAt).toISOString() },
  ]);
  let failure: unknown;
  try {
    await callProvider(generation, progress);
  } catch (error) {
    failure = error;
  }
  run.noteUpstreamClosed();
  end(generation, progress, failure);
}

async function callProvider({ run, log, provider, request, timeouts }: Generation, progress: Progress) {
  // A caller that has gone, or pressed Stop, before the call costs no call.
  run.signal.throwIfAborted();
  using timers = startPhaseTimers(run, timeouts);
  let trailer: NodeJS.Timeout | undefined;
  try {
    for await (const batch of provider.generate(request, run.signal)) {
      timers.noteLife();
      const events = toRunEvents(batch, run, progress);
      if (events.length > 0) log.append(events);
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

/** How the run ended. An answer that was whole before it was aborted is whole; then an abort of ours decides, then what was thrown. */
function judge(
  { run }: Generation,
  progress: Progress,
  failure: unknown,
): { reason: RunEndReason; error?: SluiceError } {
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
function settleUsage({ request }: Generation, progress: Progress): Usage | null {
  const { usage, finishReason, textLength, reasoningLength } = progress;
  const isWhole =
    finishReason !== null && usage !== null && (usage.source === 'provider' || usage.outputTokens > 0);
  if (isWhole) return usage;
  const wasCalled = progress.providerRequestId !== undefined || textLength + reasoningLength > 0;
  return wasCalled ? estimateUsage(request, { text: textLength, reasoning: reasoningLength }, usage) : null;
}

function end(generation: Generation, progress: Progress, failure: unknown): void {
  const { run, log, logger } = generation;
  const { reason, error } = judge(generation, progress, failure);
  const usage = settleUsage(generation, progress);
  const timing = { firstTokenMs: progress.firstTokenMs, totalMs: Date.now() - run.createdAt };
  const { providerRequestId } = progress;
  const runEnd: RunEvent = {
    type: 'run-end',
    done: true,
    reason,
    usage,
    cost: null,
    saved: false,
    ...(providerRequestId !== undefined && { providerRequestId }),
    timing,
  };
  log.append(error === undefined ? [runEnd] : [toErrorEvent(error), runEnd]);
  run.end(reason);
  const level = error?.code === 'internal' || error?.code === 'upstream_auth' ? 'error' : 'info';
  const fields = {
    runId: run.id,
    userId: run.userId,
    model: run.model,
    reason,
    code: error?.code,
    ...timing,
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
