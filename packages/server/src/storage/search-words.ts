import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FoundWord, findWords, findWordsInSlices } from './find-words.ts';

/** Different words of one text that can be found; those beyond are left out. */
const MAX_WORDS = 20_000;
/** Of them together, in UTF-16 code units: in UTF-8 that is below the 2^20 bytes that Postgres takes. */
const MAX_LETTERS = 330_000;
const MAX_QUERY_WORDS = 32;

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
  for (const slice of findWordsInSlices(text)) {
    for (const found of slice.words) words.add(found);
    if (slice.end < text.length) await nextTurn();
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
