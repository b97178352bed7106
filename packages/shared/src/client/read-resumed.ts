import type { SequencedEvent } from '../run-event.ts';
import { ComeBack, type ComeBackOptions } from './come-back.ts';
import { readRunEvents } from './read-run-events.ts';
import type { TakeTurn } from './turn.ts';

/** How far the reading has come. */
export interface ReadPosition {
  /** Undefined until `run-start` has come, unless it was known before. */
  runId: string | undefined;
  /** The seq of the last event that came. */
  after: number;
}

export interface ReadOptions extends ReadPosition, ComeBackOptions {
  /** Asked before each connection; unless given, there are enough for all. */
  takeTurn?: TakeTurn | undefined;
  /** Characters of what is sent until the run is known; 0 unless given. */
  bodyLength?: number | undefined;
}

/** A server answers at once, and then writes: one that has not by then is not there any more. */
const ANSWER_MS = 30_000;
/** Of a slow line, in characters: what is long takes its time before it can be answered. */
const SENT_PER_SECOND = 16 * 2 ** 10;

/**
 * A signal of its own for one request, which aborts with the caller's, when no answer comes, or when its connection is wanted elsewhere.
 * @param bodyLength characters that are sent: the answer has half a minute, and what a slow line takes for them
 */
function beginAttempt(caller: AbortSignal | undefined, bodyLength: number) {
  const controller = new AbortController();
  let turn: AbortSignal | undefined;
  const leave = () => controller.abort(caller?.reason);
  const giveUp = () => controller.abort(new TypeError('the server does not answer'));
  const giveWay = () => controller.abort(turn?.reason);
  const timer = setTimeout(giveUp, ANSWER_MS + (bodyLength / SENT_PER_SECOND) * 1000);
  caller?.addEventListener('abort', leave, { once: true });
  if (caller?.aborted === true) leave();
  return {
    signal: controller.signal,
    noteAnswer(ofTurn: AbortSignal | undefined) {
      clearTimeout(timer);
      turn = ofTurn;
      turn?.addEventListener('abort', giveWay, { once: true });
      // It may have been wanted while the answer was waited for.
      if (turn?.aborted === true) giveWay();
    },
    hasGivenWay: () => turn?.aborted === true,
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', leave);
      turn?.removeEventListener('abort', giveWay);
    },
  };
}

/**
 * Yields each event of a run once, from a position to `run-end`, over as many connections as that takes.
 * @param connect asks for what lies beyond a position; a 204 says that there is nothing more
 */
export async function* readResumed(
  { runId, after, takeTurn, bodyLength = 0, ...options }: ReadOptions,
  connect: (position: ReadPosition, signal: AbortSignal) => Promise<Response>,
): AsyncGenerator<SequencedEvent, void, undefined> {
  const position = { runId, after };
  const comeBack = new ComeBack(options);
  for (;;) {
    const turn = await takeTurn?.(options.signal);
    const attempt = beginAttempt(options.signal, position.runId === undefined ? bodyLength : 0);
    let failure: unknown;
    try {
      const response = await connect(position, attempt.signal);
      attempt.noteAnswer(turn?.begin());
      if (response.status === 204) return;
      const { signal } = options;
      for await (const sequenced of readRunEvents(response, { signal, runId: position.runId })) {
        const { seq, event } = sequenced;
        if (seq <= position.after) continue;
        position.after = seq;
        if (event.type === 'run-start') position.runId = event.runId;
        comeBack.noteEvent();
        yield sequenced;
      }
      return;
    } catch (error) {
      failure = error;
    } finally {
      attempt.end();
      turn?.end();
    }
    if (attempt.hasGivenWay()) continue;
    await comeBack.wait(failure, { hasRun: position.runId !== undefined });
  }
}
