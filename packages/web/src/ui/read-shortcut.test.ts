import { describe, expect, it } from 'vitest';
import { type ShortcutPress, readShortcut } from './read-shortcut.ts';

const press = (change: Partial<ShortcutPress>): ShortcutPress => ({
  key: '',
  code: '',
  isCommand: false,
  shiftKey: false,
  altKey: false,
  isTyping: false,
  ...change,
});

describe('readShortcut', () => {
  it.each([
    [{ key: 'O', code: 'KeyO', isCommand: true, shiftKey: true }, 'new-chat'],
    [{ key: 'k', code: 'KeyK', isCommand: true, isTyping: true }, 'palette'],
    [{ key: '/', code: 'Slash', isCommand: true, isTyping: true }, 'shortcuts'],
    [{ key: '/', code: 'Digit7', isCommand: true, shiftKey: true }, 'shortcuts'],
    [{ key: '?', code: 'Slash', shiftKey: true }, 'shortcuts'],
    [{ key: '?', code: 'Slash', shiftKey: true, isTyping: true }, null],
    [{ key: 'o', code: 'KeyO', isCommand: true }, null],
    [{ key: 'k', code: 'KeyK' }, null],
    [{ key: 'k', code: 'KeyK', isCommand: true, altKey: true }, null],
  ] as const)('reads %j as %s', (change, meaning) => {
    expect(readShortcut(press(change))).toBe(meaning);
  });
});
