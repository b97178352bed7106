import { isTouch } from './is-touch.ts';

/** Hands the keyboard to the composer, where it is wanted after whatever else was done; not on touch, where it would open a keyboard. */
export function focusComposer(): void {
  if (!isTouch()) document.getElementById('composer')?.focus();
}
