export interface KeyPress {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

export type KeyMeaning = 'send' | 'stop' | null;

/** What browsers report for a key that an input method has taken; Safari says so even after `compositionend` (WebKit 165004). */
const IME_KEY_CODE = 229;

/**
 * @param isTouch whether Enter is the only way to break a line
 * @returns what a key pressed in the composer asks for; null leaves it to the browser
 */
export function readKey(press: KeyPress, { isTouch }: { isTouch: boolean }): KeyMeaning {
  if (press.isComposing || press.keyCode === IME_KEY_CODE) return null;
  if (press.key === 'Escape') return 'stop';
  if (press.key === 'Enter' && !press.shiftKey && !isTouch) return 'send';
  return null;
}
