import type { KeyboardEvent } from 'react';

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

export type KeyMeaning = 'send' | 'stop' | 'edit-last' | null;

/** What browsers report for a key that an input method has taken; Safari says so even after `compositionend` (WebKit 165004). */
const IME_KEY_CODE = 229;

interface Circumstances {
  /** Whether Enter is the only way to break a line. */
  isTouch: boolean;
  /** Whether nothing is written yet. */
  isEmpty: boolean;
}

/** @returns what a key pressed in the composer asks for; null leaves it to the browser */
export function readKey(press: KeyPress, { isTouch, isEmpty }: Circumstances): KeyMeaning {
  if (press.isComposing || press.keyCode === IME_KEY_CODE) return null;
  if (press.key === 'Escape') return 'stop';
  const hasModifier = press.ctrlKey || press.metaKey;
  if (press.key === 'Enter' && (hasModifier || (!press.shiftKey && !isTouch))) return 'send';
  if (press.key === 'ArrowUp' && isEmpty && !hasModifier && !press.shiftKey) return 'edit-last';
  return null;
}

export function pressOf(event: KeyboardEvent): KeyPress {
  const { key, shiftKey, ctrlKey, metaKey, keyCode, nativeEvent } = event;
  return { key, shiftKey, ctrlKey, metaKey, keyCode, isComposing: nativeEvent.isComposing };
}
