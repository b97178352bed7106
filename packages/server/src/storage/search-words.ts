import { setImmediate as nextTurn } from 'node:timers/promises';

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

/** Scripts that set no spaces between words. */
const unspaced = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
const runPattern = `[[${unspaced}]&&[\\p{L}\\p{N}\\p{M}]]+`;
const wordPattern = `[[\\p{L}\\p{N}\\p{M}]--[${unspaced}]][[\\p{L}\\p{N}\\p{M}]--[[${unspaced}]--\\p{M}]]*`;

const MAX_WORD_LENGTH = 64;
/** Different words of one text that can be found; those beyond are left out. */
const MAX_WORDS = 20_000;
/** Of them together, in UTF-16 code units: in UTF-8 that is below the 2^20 bytes that Postgres takes. */
const MAX_LETTERS = 330_000;
const MAX_QUERY_WORDS = 32;
/** Words per slice of the main thread's time, about a millisecond. */
const SLICE_WORDS = 1000;

/** The words of a text, in order. */
export function* findWords(text: string): Generator<FoundWord, void, undefined> {
  const pattern = new RegExp(`(${runPattern})|${wordPattern}`, 'gv');
  for (const match of text.matchAll(pattern)) {
    const [found, run] = match;
    const isRun = run !== undefined;
    const word = isRun ? bare(found.normalize('NFKC')) : plain(found);
    if (word !== '') yield { word, start: match.index, end: match.index + found.length, isRun };
  }
}

function plain(word: string): string {
  // Most words of most texts, at a tenth of the cost.
  if (/^[\dA-Za-z]+$/.test(word)) return word.toLowerCase().slice(0, MAX_WORD_LENGTH);
  const withoutAccents = word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');
  return bare(withoutAccents.normalize('NFKC')).slice(0, MAX_WORD_LENGTH);
}

/** A few letters stand for whole phrases, with spaces: what an index takes for a word has none. */
function bare(word: string): string {
  return word.replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}

/** Each two neighbours, and the last one alone: so that every part of a run is the beginning of something. */
function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** The different words of a text as the search index takes them: space-separated scripts by word, others by pairs of characters. */
export function indexWords(text: string): string[] {
  const words = new WordSet();
  for (const found of findWords(text)) words.add(found);
  return [...words];
}

/** The same as `indexWords`, without holding the thread for long. */
export async function collectWords(text: string): Promise<string[]> {
  const words = new WordSet();
  let count = 0;
  for (const found of findWords(text)) {
    words.add(found);
    count += 1;
    if (count % SLICE_WORDS === 0) await nextTurn();
  }
  return [...words];
}

class WordSet {
  readonly #words = new Set<string>();
  #letters = 0;

  add({ word, isRun }: FoundWord): void {
    for (const each of isRun ? pairsOf(word) : [word]) {
      if (this.#words.has(each)) continue;
      if (this.#words.size === MAX_WORDS || this.#letters + each.length > MAX_LETTERS) return;
      this.#words.add(each);
      this.#letters += each.length;
    }
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#words.values();
  }
}

/** What is looked for, as beginnings of indexed words: all of them must be in a text. */
export function queryWords(query: string): string[] {
  const words = new Set<string>();
  for (const { word, isRun } of findWords(query)) {
    const pairs = pairsOf(word);
    // The last character alone would find every pair that begins with it.
    const wanted = !isRun ? [word] : pairs.length > 1 ? pairs.slice(0, -1) : pairs;
    for (const each of wanted) words.add(each);
  }
  return [...words].slice(0, MAX_QUERY_WORDS);
}
