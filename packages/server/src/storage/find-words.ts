/** A word as it stands in a text, and as it is looked for. */
export interface FoundWord {
  /** Without case and accents. */
  word: string;
  /** `[start, end)` in the text, in UTF-16 code units. */
  start: number;
  end: number;
  /** Of a writing system without spaces: a run of its characters, not one word. */
  isRun: boolean;
}

interface WordSlice {
  words: FoundWord[];
  /** As far as the text has been looked through, in UTF-16 code units. */
  end: number;
}

/** Scripts that set no spaces between words. */
const unspaced = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
const letters = '\\p{L}\\p{N}\\p{M}';

/** Characters taken at once. No quantifier is without a bound: a text may be one word, and an expression has a stack. */
const MAX_GAP = 256;
const MAX_WORD = 256;
const MAX_RUN = 1024;
/** What two pieces of a longer run have in common, in code units: more than a query can have, so that it stands whole in one of them. */
const RUN_OVERLAP = 512;
/** A letter of a language has a few; putting n of them into order takes n² steps. */
const MAX_MARKS = 30;
/** Of a word that is looked for, in code units. */
const MAX_WORD_LENGTH = 64;
/** Code units to a slice, and at most the longest gap and run more: a millisecond of the worst of texts. */
const SLICE_LENGTH = 2048;

const runPattern = `[[${unspaced}]&&[${letters}]]{1,${MAX_RUN}}`;
const wordPattern = `[[${letters}]--[${unspaced}]][[${letters}]--[[${unspaced}]--\\p{M}]]{0,${MAX_WORD - 1}}`;
/** Matches at every place but the end. */
const piecePattern = new RegExp(`[^${letters}]{0,${MAX_GAP}}(?:(${runPattern})|(${wordPattern}))?`, 'vy');

/** The words of a text, in order. Long runs come in pieces that overlap; of a long word, only its beginning. */
export function* findWords(text: string): Generator<FoundWord, void, undefined> {
  for (const { words } of findWordsInSlices(text)) yield* words;
}

/** The same, and a slice wherever others may have their turn, with or without words: each takes about as long, whatever the text. */
export function* findWordsInSlices(text: string): Generator<WordSlice, void, undefined> {
  let words: FoundWord[] = [];
  let sliceStart = 0;
  let wordEnd = -1;
  for (let at = 0; at < text.length;) {
    piecePattern.lastIndex = at;
    const [, run, word] = piecePattern.exec(text) ?? [];
    const end = piecePattern.lastIndex;
    at = end;
    if (run !== undefined) {
      push(words, {
        word: bare(boundMarks(run).normalize('NFKC')),
        start: end - run.length,
        end,
        isRun: true,
      });
      if (run.length >= MAX_RUN) at -= overlapOf(run);
    } else if (word !== undefined) {
      const start = end - word.length;
      // Two words touch only where one was cut.
      if (start !== wordEnd) push(words, { word: plain(word), start, end, isRun: false });
      wordEnd = end;
    }
    if (at - sliceStart < SLICE_LENGTH && at < text.length) continue;
    yield { words, end: at };
    [words, sliceStart] = [[], at];
  }
}

function push(words: FoundWord[], found: FoundWord): void {
  if (found.word !== '') words.push(found);
}

/** @returns code units of its end that begin with a whole character, and its marks */
function overlapOf(run: string): number {
  const tail = run.slice(-RUN_OVERLAP);
  const base = tail.search(/[^\p{M}\p{Cs}ﾞﾟ]/u);
  return base < 0 ? 0 : tail.length - base;
}

function plain(word: string): string {
  // Most words of most texts, at a tenth of the cost.
  if (/^[\dA-Za-z]+$/.test(word)) return word.toLowerCase().slice(0, MAX_WORD_LENGTH);
  const withoutAccents = boundMarks(word)
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');
  return bare(withoutAccents.normalize('NFKC')).slice(0, MAX_WORD_LENGTH);
}

function boundMarks(found: string): string {
  if (found.length <= MAX_MARKS) return found;
  return found.replace(new RegExp(`([\\p{M}ﾞﾟ]{${MAX_MARKS}})[\\p{M}ﾞﾟ]+`, 'gu'), '$1');
}

/** A few letters stand for whole phrases, with spaces: what an index takes for a word has none. */
function bare(word: string): string {
  return word.replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}
