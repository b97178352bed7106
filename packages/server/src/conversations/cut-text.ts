const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Code units that a character may be made of here; emoji families have a dozen. */
const MAX_UNITS = 16;

/** @returns the first `length` characters as people count them, none of them cut in two */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  let cut = '';
  let count = 0;
  for (const { segment } of segmenter.segment(text.slice(0, length * MAX_UNITS).toWellFormed())) {
    if (count === length || segment.length > MAX_UNITS) break;
    cut += segment;
    count += 1;
  }
  return cut;
}
