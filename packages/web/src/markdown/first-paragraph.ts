const blankLine = /\n[ \t]*\n/;

/** What stands before the first blank line, with its line end: no paragraph goes on behind one. */
export function firstParagraph(src: string): string {
  const end = src.search(blankLine);
  return end === -1 ? src : src.slice(0, end + 1);
}
