/** What others have written goes to a terminal: without what moves its cursor, turns its text round or cannot be seen, and not without end. */
export const printable = (text: string, maxLength = 200) =>
  text.slice(0, maxLength).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
