import type { RunEndReason } from '@sluice/shared';
import { isGrowing } from '../../stream/is-growing.ts';
import type { RunView } from '../../stream/run-view.ts';
import { formatDuration } from '../../ui/format.ts';
import { t } from '../../ui/text.ts';

const sayCutOff = () => t('Cut off: this is not the whole answer');

/** @returns how the run ended, or how its provider ended the answer; undefined while that goes on, and where it was ended or broke off here */
export function readEndReason({ end, finishReason }: RunView): RunEndReason | undefined {
  return end?.reason ?? finishReason ?? undefined;
}

/** @returns that a run was stopped, with the proof where there is one */
export function sayStopped({ stop }: RunView): string {
  const closedMs = stop?.upstreamClosedMs ?? null;
  if (closedMs === null) return t('Stopped');
  return t('Stopped · connection closed in {delay}', { delay: formatDuration(closedMs) });
}

/** @returns a short, honest mark for an answer that is not whole; null for one that is, or that still grows */
export function readEndMark(view: RunView): string | null {
  switch (readEndReason(view)) {
    case 'stopped':
      return sayStopped(view);
    case 'length':
      return t('Ended at the length limit');
    case 'refused':
      return t('The model declined to go on');
    case 'disconnected':
      return t('Ended when the connection was lost');
    case 'timeout':
      return t('Ended by a time limit');
    case 'interrupted':
      return t('Interrupted: the server stopped');
    case 'budget':
      return t('Ended when the budget was used up');
    case 'revoked':
      return t('Ended when access was revoked');
    case 'error':
      return view.hasText ? sayCutOff() : null;
    case 'complete':
      return null;
    case undefined:
      if (view.isStoppedHere) return sayStopped(view);
      return view.isCut && view.hasText ? sayCutOff() : null;
  }
}

/** Whether there may be more to say than was said: not of a whole answer, nor of one the model declined to give. */
export function canContinue(view: RunView): boolean {
  const reason = readEndReason(view);
  return !isGrowing(view) && reason !== 'complete' && reason !== 'refused';
}
