import type { RunView } from '../stream/run-store.ts';

/** @returns a short, honest mark for an answer that is not whole; null for one that is, or that still grows */
export function readEndMark(view: RunView): string | null {
  if (view.isStoppedHere) return 'Stopped';
  if (view.isCut) return view.hasText ? 'Cut off: this is not the whole answer' : null;
  switch (view.end?.reason) {
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
      return view.hasText ? 'Cut off: this is not the whole answer' : null;
    case 'complete':
    case undefined:
      return null;
  }
}

/** Whether there may be more to say than was said: not of a whole answer, nor of one the model declined to give. */
export function canContinue({ phase, end }: RunView): boolean {
  return phase === 'ended' && end?.reason !== 'complete' && end?.reason !== 'refused';
}
