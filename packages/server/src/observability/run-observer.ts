// In: how runs and their upstream calls begin and end. Out: counts and traces, for whoever keeps them.
// Never: a word of what was asked or answered; nor anything per token.
import type { Cost, ErrorCode, RunEndReason, Usage } from '@sluice/shared';

export interface BegunRun {
  id: string;
  /** Null outside of conversations. */
  conversationId: string | null;
}

export interface BegunAttempt {
  provider: string;
  /** In the upstream's words. */
  model: string;
  maxOutputTokens: number | undefined;
  temperature: number | undefined;
}

/** `ok`, what an abort of ours was for, or what the call failed with. */
export type AttemptOutcome = 'ok' | RunEndReason | ErrorCode;

export interface EndedAttempt {
  outcome: AttemptOutcome;
  /** How the upstream ended its answer, where it did. */
  finishReason: string | null;
  usage: Usage | null;
  /** The upstream's id of the call. */
  responseId: string | undefined;
  /** Which model answered, where the upstream says so. */
  servedModel: string | undefined;
  /** By `performance.now()`. */
  firstTokenAt: number | null;
}

export interface ObservedEnd {
  reason: RunEndReason;
  errorCode: string | null;
  /** Of the model that answered. */
  model: string;
  provider: string;
  attempts: number;
  usage: Usage | null;
  cost: Cost | null;
  firstTokenMs: number | null;
  totalMs: number | null;
  /** From the abort to the upstream connection's close; null for a run that was not aborted. */
  upstreamClosedMs: number | null;
  isSaved: boolean;
}

export interface RunObservation {
  /** @returns what is to be told, once, how the call ended */
  beginAttempt(attempt: BegunAttempt): (ended: EndedAttempt) => void;
  noteRetry(provider: string, code: ErrorCode): void;
  /** @param provider of the model that could not answer */
  noteFallback(provider: string, code: ErrorCode): void;
  end(ended: ObservedEnd): void;
}

export interface RunObserver {
  /** Within the request that begins the run. */
  begin(run: BegunRun): RunObservation;
}

export const unobserved: RunObservation = {
  beginAttempt: () => () => undefined,
  noteRetry: () => undefined,
  noteFallback: () => undefined,
  end: () => undefined,
};

/** Tells each what all are to know. */
export function observeTogether(observers: readonly RunObserver[]): RunObserver {
  return {
    begin(run) {
      if (observers.length === 0) return unobserved;
      const all = observers.map((observer) => observer.begin(run));
      return {
        beginAttempt(attempt) {
          const ends = all.map((each) => each.beginAttempt(attempt));
          return (ended) => ends.forEach((end) => end(ended));
        },
        noteRetry: (provider, code) => all.forEach((each) => each.noteRetry(provider, code)),
        noteFallback: (provider, code) => all.forEach((each) => each.noteFallback(provider, code)),
        end: (ended) => all.forEach((each) => each.end(ended)),
      };
    },
  };
}
