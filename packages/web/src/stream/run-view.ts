import { type Answer, type ConnectionChange, type StopResult, emptyAnswer } from '@sluice/shared';
import type { RunFailure } from './run-failure.ts';

/** What a question may have to wait for: the end of the run it follows, or one of the browser's few connections. */
export type QueueReason = 'answer' | 'connection';

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
  /** The model that was asked and could not answer, when another one does; null otherwise, and of stored answers. */
  fellBackFrom: string | null;
  /** What its question waits for before it is sent; null when it is on its way. */
  queuedFor: QueueReason | null;
  /** Whether its connection is broken, or has just come back. */
  connection: ConnectionChange['type'] | null;
  hasText: boolean;
  /** From the first reasoning to the first text, for "Thought for 4 s"; null without reasoning or while it goes on. */
  thoughtMs: number | null;
  hasReasoning: boolean;
  isStopping: boolean;
  /** Why it goes on although it was to stop. */
  stopFailure: RunFailure | null;
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

/** What a run's store knows, from which its view is made. */
export interface RunState {
  answer: Answer;
  requestId: string | null;
  fellBackFrom: string | null;
  queuedFor: QueueReason | null;
  isStopping: boolean;
  stopFailure: RunFailure | null;
  stop: StopResult | null;
  failure: RunFailure | null;
  isStoppedHere: boolean;
  isCut: boolean;
  thinkingSinceMs: number | null;
  thoughtMs: number | null;
  connection: ConnectionChange['type'] | null;
  connectionSinceMs: number;
}

export const newState: RunState = {
  answer: emptyAnswer,
  requestId: null,
  fellBackFrom: null,
  queuedFor: null,
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

export function hasEnded({ answer, isStoppedHere, isCut }: RunState): boolean {
  return answer.end !== null || isStoppedHere || isCut;
}

function phaseOf(state: RunState): RunView['phase'] {
  const { answer } = state;
  if (hasEnded(state)) return 'ended';
  if (answer.finishReason !== null) return 'finished';
  if (answer.content !== '') return 'generating';
  return answer.reasoning === '' ? 'waiting' : 'thinking';
}

export function viewOf(state: RunState, asked: Pick<RunView, 'model' | 'runId' | 'startedAtMs'>): RunView {
  const { answer } = state;
  return {
    phase: phaseOf(state),
    model: answer.model ?? asked.model,
    runId: answer.start?.runId ?? asked.runId,
    messageId: answer.start?.messageId ?? null,
    userMessageId: answer.start?.userMessageId ?? null,
    notice: answer.notice,
    fellBackFrom: state.fellBackFrom,
    queuedFor: state.queuedFor,
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

export function isSameView(a: RunView, b: RunView): boolean {
  return (Object.keys(a) as (keyof RunView)[]).every((key) => Object.is(a[key], b[key]));
}
