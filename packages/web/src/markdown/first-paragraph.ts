/** What no paragraph goes on behind: a blank line, code, a heading, a quote. */
const paragraphEnd = /\n(?:[ \t]*\n| {0,3}(?:`{3}|~{3}|#{1,6}[ \t]|>))/;
/** Of a longer paragraph the lines that follow are prose, whatever they begin with: each block that is read looks ahead as far. */
const MAX_LENGTH = 4000;

/** What stands before the first line that ends a paragraph, with its line end, but no more lines than are looked at. */
export function firstParagraph(src: string): string {
  const near = src.length <= MAX_LENGTH ? src : src.slice(0, src.lastIndexOf('\n', MAX_LENGTH) + 1);
  const end = near.search(paragraphEnd);
  return end === -1 ? near : near.slice(0, end + 1);
}
