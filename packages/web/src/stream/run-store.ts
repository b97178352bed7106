import { type ConnectionChange, type RunEvent, type StopResult, foldEvent } from '@sluice/shared';
import { type FlushScheduler, scheduleFrame } from './flush-scheduler.ts';
import { describeErrorEvent, describeFailure } from './run-failure.ts';
import {
  type QueueReason,
  type RunState,
  type RunView,
  hasEnded,
  isSameView,
  newState,
  viewOf,
} from './run-view.ts';

/** One run's events, folded outside React: its readers hear of them at most once a frame. */
export interface RunStore {
  readonly id: string;
  /** Its events come from the store, not as they happen. */
  readonly isRestored: boolean;
  subscribe: (listener: () => void) => () => void;
  getView: () => RunView;
  getText: () => string;
  getReasoning: () => string;
  append: (event: RunEvent) => void;
  noteRequestId: (requestId: string | null) => void;
  noteQueued: (queuedFor: QueueReason | null) => void;
  noteConnection: (change: ConnectionChange) => void;
  noteStopping: () => void;
  noteStop: (stop: StopResult) => void;
  /** It goes on, because of what the request to stop it failed with. */
  noteUnstopped: (error: unknown) => void;
  /** Ends it as stopped from here, when the server's own end cannot be waited for. The first end stands. */
  closeStopped: () => void;
  /** Ends it with whatever broke its stream. The first end stands. */
  closeFailed: (error: unknown) => void;
}

export interface RunStoreOptions {
  id: string;
  model: string;
  /** Of a run that has begun elsewhere. */
  runId?: string;
  isRestored?: boolean;
  /** Whether its events come as they happen; of a run that is followed from elsewhere, those it has had come at once. */
  isTimed?: boolean;
  schedule?: FlushScheduler;
  now?: () => number;
}

/** How long it is told that a connection has come back. */
const RESUMED_MS = 2000;

export function createRunStore({
  id,
  model,
  runId,
  isRestored = false,
  isTimed = !isRestored,
  schedule = scheduleFrame,
  now = performance.now.bind(performance),
}: RunStoreOptions): RunStore {
  const asked = { model, runId: runId ?? null, startedAtMs: now() };
  let state = newState;
  let view = viewOf(state, asked);
  let text = '';
  let reasoning = '';
  let isScheduled = false;
  const listeners = new Set<() => void>();

  function flush(): void {
    isScheduled = false;
    const next = viewOf(state, asked);
    if (!isSameView(view, next)) view = next;
    text = state.answer.content;
    reasoning = state.answer.reasoning;
    for (const listener of listeners) listener();
  }

  function update(change: Partial<RunState>, isUrgent: boolean): void {
    state = { ...state, ...change };
    if (isUrgent) flush();
    else if (!isScheduled) {
      isScheduled = true;
      schedule(() => {
        if (isScheduled) flush();
      });
    }
  }

  function timeThought(event: RunEvent): Partial<RunState> {
    const { thinkingSinceMs, thoughtMs } = state;
    if (!isTimed) return {};
    if (event.type === 'reasoning-delta') return thinkingSinceMs === null ? { thinkingSinceMs: now() } : {};
    const endsThought = event.type === 'text-delta' || event.type === 'finish' || event.type === 'run-end';
    if (!endsThought || thinkingSinceMs === null || thoughtMs !== null) return {};
    return { thoughtMs: now() - thinkingSinceMs };
  }

  function settleConnection(): Partial<RunState> {
    const isOver = state.connection === 'resumed' && now() - state.connectionSinceMs > RESUMED_MS;
    return isOver ? { connection: null } : {};
  }

  return {
    id,
    isRestored,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getView: () => view,
    getText: () => text,
    getReasoning: () => reasoning,
    append(event) {
      if (hasEnded(state)) return;
      const failure = event.type === 'error' ? describeErrorEvent(event, state.requestId) : state.failure;
      const answer = foldEvent(state.answer, event);
      const fellBackFrom =
        event.type === 'run-fallback' ? (state.fellBackFrom ?? event.from) : state.fellBackFrom;
      update(
        { failure, answer, fellBackFrom, ...timeThought(event), ...settleConnection() },
        event.type === 'finish' || event.type === 'run-end',
      );
    },
    noteRequestId: (requestId) => update({ requestId }, false),
    noteQueued(queuedFor) {
      if (queuedFor !== state.queuedFor) update({ queuedFor }, true);
    },
    noteConnection: ({ type }) => update({ connection: type, connectionSinceMs: now() }, true),
    noteStopping: () => update({ isStopping: true, stopFailure: null }, true),
    noteStop: (stop) => update({ stop }, true),
    noteUnstopped(error) {
      update({ isStopping: false, stopFailure: describeFailure(error, state.requestId) }, true);
    },
    closeStopped() {
      if (!hasEnded(state)) update({ isStoppedHere: true }, true);
    },
    closeFailed(error) {
      if (hasEnded(state)) return;
      const isWhole = state.answer.finishReason !== null;
      update({ isCut: true, failure: isWhole ? null : describeFailure(error, state.requestId) }, true);
    },
  };
}
