import type { RunEndReason } from '@sluice/shared';
import { isGrowing } from '../stream/is-growing.ts';
import type { RunView } from '../stream/run-view.ts';

const CUT_OFF = 'Cut off: this is not the whole answer';

/** @returns how the run ended, or how its provider ended the answer; undefined while that goes on, and where it was ended or broke off here */
export function readEndReason({ end, finishReason }: RunView): RunEndReason | undefined {
  return end?.reason ?? finishReason ?? undefined;
}

/** @returns a short, honest mark for an answer that is not whole; null for one that is, or that still grows */
export function readEndMark(view: RunView): string | null {
  switch (readEndReason(view)) {
    case 'stopped':
      return 'Stopped';
    case 'length':
      return 'Ended at the length limit';
    case 'refused':
      return 'The model declined to go on';
    case 'disconnected':
      return 'Ended when the connection was lost';
    case 'timeout':
      return 'Ended by a time limit';
    case 'interrupted':
      return 'Interrupted: the server stopped';
    case 'budget':
      return 'Ended when the budget was used up';
    case 'revoked':
      return 'Ended when access was revoked';
    case 'error':
      return view.hasText ? CUT_OFF : null;
    case 'complete':
      return null;
    case undefined:
      if (view.isStoppedHere) return 'Stopped';
      return view.isCut && view.hasText ? CUT_OFF : null;
  }
}

/** Whether there may be more to say than was said: not of a whole answer, nor of one the model declined to give. */
export function canContinue(view: RunView): boolean {
  const reason = readEndReason(view);
  return !isGrowing(view) && reason !== 'complete' && reason !== 'refused';
}
