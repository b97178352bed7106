/** Longer than this it is no sentence to be read out. */
const MAX_LENGTH = 200;
/** Where a first sentence is looked for. */
const MAX_LOOKED_AT = 2000;

const fence = /^ {0,3}(?:```|~~~)[^]*?(?:^ {0,3}(?:```|~~~)|$(?![^]))/gm;
const blockMarks = /^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-+*][ \t]+|\d{1,9}[.)][ \t]+|\|.*|[-=*_ \t]{3,}$)/gm;
const linkOrImage = /!?\[([^\]]*)\]\([^)]*\)/g;

/** @returns the first sentence of an answer in Markdown, without its marks; empty when it begins with none */
export function firstSentence(markdown: string): string {
  const plain = markdown
    .slice(0, MAX_LOOKED_AT)
    .replaceAll(fence, '')
    .replaceAll(blockMarks, '')
    .replaceAll(linkOrImage, '$1')
    .replaceAll(/[*`~]+|\b__?|__?\b/g, '')
    .trimStart();
  const paragraph = (/^[^\n]*(?:\n[^\n]+)*/.exec(plain)?.[0] ?? '').replaceAll('\n', ' ');
  const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(paragraph);
  const [first] = sentences;
  return (first?.segment ?? '').trim().slice(0, MAX_LENGTH);
}
