import type { RunEnd, RunEvent, RunStart } from './run-event.ts';
import type { Usage } from './usage.ts';

/** One answer as it stands after some of its run's events. */
export interface Answer {
  start: RunStart | null;
  /** Id of the one that answers: as asked, or the latest fallback. */
  model: string | null;
  content: string;
  reasoning: string;
  /** The latest retry or fallback, until the first token comes. */
  notice: Extract<RunEvent, { type: 'run-retry' | 'run-fallback' }> | null;
  usage: Usage | null;
  error: Extract<RunEvent, { type: 'error' }> | null;
  /** How the provider ended it: it is whole, only a trailer is awaited. Null before that, and where none was awaited. */
  finishReason: Extract<RunEvent, { type: 'finish' }>['reason'] | null;
  /** Null while the run goes on, and for ever when the stream was cut. */
  end: RunEnd | null;
}

export const emptyAnswer: Answer = {
  start: null,
  model: null,
  content: '',
  reasoning: '',
  notice: null,
  usage: null,
  error: null,
  finishReason: null,
  end: null,
};

/** @returns a new answer that has `event` in it; `answer` is left as it was */
export function foldEvent(answer: Answer, event: RunEvent): Answer {
  switch (event.type) {
    case 'run-start':
      return { ...answer, start: event, model: event.model };
    case 'text-delta':
      return { ...answer, content: answer.content + event.text, notice: null };
    case 'reasoning-delta':
      return { ...answer, reasoning: answer.reasoning + event.reasoning, notice: null };
    case 'run-retry':
      return { ...answer, notice: event };
    case 'run-fallback':
      return { ...answer, notice: event, model: event.to };
    case 'usage':
      return { ...answer, usage: event.usage };
    case 'finish':
      return { ...answer, finishReason: event.reason };
    case 'error':
      return { ...answer, error: event };
    case 'run-end':
      return { ...answer, notice: null, usage: event.usage ?? answer.usage, end: event };
    default:
      return event satisfies never;
  }
}

/** Events → message: the same fold on the server and in the page. */
export function foldEvents(events: Iterable<RunEvent>): Answer {
  let answer = emptyAnswer;
  for (const event of events) answer = foldEvent(answer, event);
  return answer;
}
