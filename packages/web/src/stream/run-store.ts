import {
  type Answer,
  type ConnectionChange,
  type RunEvent,
  type StopResult,
  emptyAnswer,
  foldEvent,
} from '@sluice/shared';
import { type FlushScheduler, scheduleFrame } from './flush-scheduler.ts';
import { type RunFailure, describeErrorEvent, describeFailure } from './run-failure.ts';

/** Everything about a run but its growing text; a new object only when something in it has changed. */
export interface RunView {
  /** `finished`: the answer is whole; its run ends when its figures have come. */
  phase: 'waiting' | 'thinking' | 'generating' | 'finished' | 'ended';
  /** The model asked for, until the run says which one answers. */
  model: string;
  runId: string | null;
  /** Of the stored answer, and of the prompt that was stored with it; null until the run says so, or when nothing is stored. */
  messageId: string | null;
  userMessageId: string | null;
  notice: Answer['notice'];
  /** Whether its connection is broken, or has just come back. */
  connection: ConnectionChange['type'] | null;
  hasText: boolean;
  /** From the first reasoning to the first text, for "Thought for 4 s"; null without reasoning or while it goes on. */
  thoughtMs: number | null;
  hasReasoning: boolean;
  isStopping: boolean;
  /** Why it goes on although it was to stop, in words for the person who asked. */
  stopFailure: string | null;
  stop: StopResult | null;
  /** How the provider ended the answer; null before that, and where the run's end came at once. */
  finishReason: Answer['finishReason'];
  end: Answer['end'];
  usage: Answer['usage'];
  failure: RunFailure | null;
  /** Ended here, by the person, before the server's own end came. */
  isStoppedHere: boolean;
  /** Its stream broke off, or never began: what came is not the whole answer, unless that was finished. */
  isCut: boolean;
  /** On the clock given to the store. */
  startedAtMs: number;
}

/** One run's events, folded outside React: its readers hear of them at most once a frame. */
export interface RunStore {
  readonly id: string;
  /** Its events come from the store, not as they happen: they say nothing of how long a thought took. */
  readonly isRestored: boolean;
  subscribe: (listener: () => void) => () => void;
  getView: () => RunView;
  getText: () => string;
  getReasoning: () => string;
  append: (event: RunEvent) => void;
  noteRequestId: (requestId: string | null) => void;
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
  isRestored?: boolean;
  schedule?: FlushScheduler;
  now?: () => number;
}

interface RunState {
  answer: Answer;
  requestId: string | null;
  isStopping: boolean;
  stopFailure: string | null;
  stop: StopResult | null;
  failure: RunFailure | null;
  isStoppedHere: boolean;
  isCut: boolean;
  thinkingSinceMs: number | null;
  thoughtMs: number | null;
  connection: ConnectionChange['type'] | null;
  connectionSinceMs: number;
}

const newState: RunState = {
  answer: emptyAnswer,
  requestId: null,
  isStopping: false,
  stopFailure: null,
  stop: null,
  failure: null,
  isStoppedHere: false,
  isCut: false,
  thinkingSinceMs: null,
  thoughtMs: null,
  connection: null,
  connectionSinceMs: 0,
};

/** How long it is told that a connection has come back. */
const RESUMED_MS = 2000;

function hasEnded({ answer, isStoppedHere, isCut }: RunState): boolean {
  return answer.end !== null || isStoppedHere || isCut;
}

function phaseOf(state: RunState): RunView['phase'] {
  const { answer } = state;
  if (hasEnded(state)) return 'ended';
  if (answer.finishReason !== null) return 'finished';
  if (answer.content !== '') return 'generating';
  return answer.reasoning === '' ? 'waiting' : 'thinking';
}

function viewOf(state: RunState, asked: { model: string; startedAtMs: number }): RunView {
  const { answer } = state;
  return {
    phase: phaseOf(state),
    model: answer.model ?? asked.model,
    runId: answer.start?.runId ?? null,
    messageId: answer.start?.messageId ?? null,
    userMessageId: answer.start?.userMessageId ?? null,
    notice: answer.notice,
    connection: state.connection,
    hasText: answer.content !== '',
    hasReasoning: answer.reasoning !== '',
    thoughtMs: state.thoughtMs,
    isStopping: state.isStopping,
    stopFailure: state.stopFailure,
    stop: state.stop,
    finishReason: answer.finishReason,
    end: answer.end,
    usage: answer.usage,
    failure: state.failure,
    isStoppedHere: state.isStoppedHere,
    isCut: state.isCut,
    startedAtMs: asked.startedAtMs,
  };
}

function isSameView(a: RunView, b: RunView): boolean {
  return (Object.keys(a) as (keyof RunView)[]).every((key) => Object.is(a[key], b[key]));
}

export function createRunStore({
  id,
  model,
  isRestored = false,
  schedule = scheduleFrame,
  now = performance.now.bind(performance),
}: RunStoreOptions): RunStore {
  const asked = { model, startedAtMs: now() };
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
    if (isRestored) return {};
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
      update(
        { failure, answer: foldEvent(state.answer, event), ...timeThought(event), ...settleConnection() },
        event.type === 'finish' || event.type === 'run-end',
      );
    },
    noteRequestId: (requestId) => update({ requestId }, false),
    noteConnection: ({ type }) => update({ connection: type, connectionSinceMs: now() }, true),
    noteStopping: () => update({ isStopping: true, stopFailure: null }, true),
    noteStop: (stop) => update({ stop }, true),
    noteUnstopped(error) {
      const { message } = describeFailure(error, state.requestId);
      update({ isStopping: false, stopFailure: message }, true);
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
