import type { Message } from '@sluice/shared';
import type { Place } from './turn-tree.ts';

/** What the server refuses in a text: U+0000, and halves of surrogate pairs, which a cut answer may end with. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** @returns the path as the server takes it; an answer that never began has nothing to say */
export function requestMessages(path: readonly Place[]): Message[] {
  return path.flatMap(({ turn }): Message[] => {
    if (turn.role === 'user') return [{ role: 'user', content: turn.text }];
    const content = cleanText(turn.run.getText());
    return content === '' ? [] : [{ role: 'assistant', content }];
  });
}
