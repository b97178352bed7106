export interface WholeCharacters {
  /** @returns what can be shown of the text so far and has not been: all but the first half of a character that has no second yet */
  take(text: string): string;
  /** @returns what is left of it at the end */
  rest(): string;
}

/**
 * A character may be cut between two deltas, in the middle of a surrogate pair. What turns each delta into UTF-8 by itself would
 * make two replacement characters of it.
 */
export function wholeCharacters(): WholeCharacters {
  let half = '';
  return {
    take(text) {
      const all = half + text;
      const last = all.charCodeAt(all.length - 1);
      half = last >= 0xd800 && last <= 0xdbff ? all.slice(-1) : '';
      return half === '' ? all : all.slice(0, -1);
    },
    rest() {
      const rest = half;
      half = '';
      return rest;
    },
  };
}
