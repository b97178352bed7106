import { type Run, RunAbort } from './run.ts';

export interface RunTimeouts {
  /** Until the first text or reasoning; pings do not put it off. */
  firstTokenMs: number;
  /** Silence after the first token; any sign of life puts it off. */
  idleMs: number;
  /** The whole run. */
  runMs: number;
}

interface TimedCall {
  /** Limits of the model that is asked, where it has any. */
  own?: Partial<RunTimeouts> | undefined;
  /** Leaves the call alone, so that another model can be asked; absent when it is the run's last. */
  leave?: (() => void) | undefined;
}

export interface PhaseTimers extends Disposable {
  /** A call begins: its first token is awaited. */
  noteCall(call: TimedCall): void;
  /** It has failed. What comes until the next one is not its silence. */
  noteCallEnd(): void;
  noteLife(): void;
  noteToken(): void;
  /** The answer is whole; a trailer is bounded by its provider. */
  noteFinish(): void;
}

/** Times the phases of a run's upstream calls, and the whole of it; a phase that takes too long aborts the run with a code of its own. */
export function startPhaseTimers(run: Run, usual: RunTimeouts): PhaseTimers {
  const begunAt = performance.now();
  let timeouts = usual;
  const abort = (code: 'first_token_timeout' | 'idle_timeout' | 'run_timeout') => () =>
    run.abort(new RunAbort('timeout', code));
  let total = setTimeout(abort('run_timeout'), usual.runMs);
  let first: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;
  let isOver = false;
  const clear = () => {
    isOver = true;
    for (const timer of [total, first, idle]) clearTimeout(timer);
  };
  return {
    noteCall({ own, leave }) {
      const before = timeouts;
      timeouts = { ...usual, ...own };
      if (timeouts.runMs !== before.runMs) {
        clearTimeout(total);
        total = setTimeout(abort('run_timeout'), Math.max(0, begunAt + timeouts.runMs - performance.now()));
      }
      first = setTimeout(leave ?? abort('first_token_timeout'), timeouts.firstTokenMs);
    },
    noteCallEnd: () => clearTimeout(first),
    // A timer that was cleared would be set again by refresh.
    noteLife: () => void (isOver || idle?.refresh()),
    noteToken() {
      if (idle !== undefined || isOver) return;
      clearTimeout(first);
      idle = setTimeout(abort('idle_timeout'), timeouts.idleMs);
    },
    noteFinish: clear,
    [Symbol.dispose]: clear,
  };
}
