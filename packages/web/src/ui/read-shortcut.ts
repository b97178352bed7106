export interface ShortcutPress {
  key: string;
  /** The key's place on the keyboard, whatever it writes. */
  code: string;
  /** Ctrl, or Cmd on a Mac. */
  isCommand: boolean;
  shiftKey: boolean;
  altKey: boolean;
  /** Whether it is typed into something. */
  isTyping: boolean;
}

export type Shortcut = 'new-chat' | 'palette' | 'shortcuts';

/** @returns what a key asks for anywhere on the page; null leaves it to the page and the browser */
export function readShortcut({ isCommand, altKey, isTyping, ...press }: ShortcutPress): Shortcut | null {
  if (altKey) return null;
  if (!isCommand) return press.key === '?' && !isTyping ? 'shortcuts' : null;
  if (press.code === 'KeyO' && press.shiftKey) return 'new-chat';
  if (press.code === 'KeyK' && !press.shiftKey) return 'palette';
  if (press.key === '/') return 'shortcuts';
  return null;
}
