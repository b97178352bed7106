import type { RunView } from './run-view.ts';

/** Whether more of an answer may come, and may be stopped: not of a whole one whose run only waits for its figures. */
export function isGrowing({ phase }: RunView): boolean {
  return phase !== 'finished' && phase !== 'ended';
}
