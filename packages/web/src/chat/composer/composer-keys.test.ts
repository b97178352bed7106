import { describe, expect, it } from 'vitest';
import { readKey } from './composer-keys.ts';

const enter = {
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  keyCode: 13,
};
const desk = { isTouch: false, isEmpty: false };
const touch = { isTouch: true, isEmpty: false };

describe('readKey', () => {
  it('sends on Enter and breaks the line on Shift+Enter', () => {
    expect(readKey(enter, desk)).toBe('send');
    expect(readKey({ ...enter, shiftKey: true }, desk)).toBeNull();
  });

  it('never sends what an input method has taken, in either way browsers say so', () => {
    expect(readKey({ ...enter, isComposing: true }, desk)).toBeNull();
    expect(readKey({ ...enter, keyCode: 229 }, desk)).toBeNull();
  });

  it('leaves Enter to the line where there is no other key for it', () => {
    expect(readKey(enter, touch)).toBeNull();
  });

  it('stops on Escape, but not the one that closes an input method', () => {
    const escape = { ...enter, key: 'Escape', keyCode: 27 };
    expect(readKey(escape, desk)).toBe('stop');
    expect(readKey({ ...escape, isComposing: true }, desk)).toBeNull();
  });

  it('sends on Ctrl+Enter and Cmd+Enter, on touch too', () => {
    for (const modifier of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(readKey({ ...enter, ...modifier }, desk)).toBe('send');
      expect(readKey({ ...enter, ...modifier }, touch)).toBe('send');
      expect(readKey({ ...enter, ...modifier, isComposing: true }, touch)).toBeNull();
    }
  });

  it('goes back to the last prompt on an arrow up where nothing is written', () => {
    const up = { ...enter, key: 'ArrowUp', keyCode: 38 };
    expect(readKey(up, { ...desk, isEmpty: true })).toBe('edit-last');
    expect(readKey(up, desk)).toBeNull();
    expect(readKey({ ...up, shiftKey: true }, { ...desk, isEmpty: true })).toBeNull();
  });
});
