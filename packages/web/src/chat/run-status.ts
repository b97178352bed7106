import { isGrowing } from '../stream/is-growing.ts';
import type { RunView } from '../stream/run-view.ts';
import { readEndReason } from './end-mark.ts';

export interface RunStatus {
  text: string;
  /** Whether the time since the run began belongs behind the text. */
  showsElapsed: boolean;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s`;
}

function readNotice(notice: NonNullable<RunView['notice']>): string {
  if (notice.type === 'run-fallback') return `${notice.from} is not available. Falling back to ${notice.to}…`;
  return `Retrying: attempt ${notice.attempt} in ${seconds(notice.delayMs)}`;
}

function readEnd(view: RunView): string {
  const reason = readEndReason(view);
  if (reason === 'stopped' || (reason === undefined && view.isStoppedHere)) {
    const closedMs = view.stop?.upstreamClosedMs ?? null;
    return closedMs === null ? 'Stopped' : `Stopped · connection closed in ${Math.round(closedMs)} ms`;
  }
  // A failure is told by its own alert.
  if (view.failure !== null) return '';
  if (reason === 'complete') return 'Answer complete';
  return reason === undefined ? '' : 'Answer ended early';
}

/**
 * @param modelName what people call the model
 * @returns the one line that says what a run is doing; it changes a few times per run, not with the text
 */
export function readStatus(view: RunView, modelName: string): RunStatus {
  const still = (text: string) => ({ text, showsElapsed: false });
  if (!isGrowing(view)) return still(readEnd(view));
  if (view.isStopping) return still('Stopping…');
  if (view.stopFailure !== null) return still(`Not stopped. ${view.stopFailure}`);
  if (view.connection === 'reconnecting') return still('Reconnecting…');
  if (view.connection === 'resumed') return still('Connected again');
  if (view.phase === 'generating') return still('Generating');
  if (view.notice !== null) return still(readNotice(view.notice));
  if (view.phase === 'thinking') return { text: 'Thinking…', showsElapsed: true };
  return { text: `Waiting for ${modelName}…`, showsElapsed: true };
}
