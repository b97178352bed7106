import { describe, expect, it } from 'vitest';
import { readKey } from './composer-keys.ts';

const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };
const desk = { isTouch: false };

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
    expect(readKey(enter, { isTouch: true })).toBeNull();
  });

  it('stops on Escape, but not the one that closes an input method', () => {
    const escape = { ...enter, key: 'Escape', keyCode: 27 };
    expect(readKey(escape, desk)).toBe('stop');
    expect(readKey({ ...escape, isComposing: true }, desk)).toBeNull();
  });
});
