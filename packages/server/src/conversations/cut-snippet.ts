import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Snippet } from '@sluice/shared';
import { type FoundWord, findWords, findWordsInSlices } from '../storage/find-words.ts';

type Range = [start: number, end: number];

/** Characters before the first hit, and in all. */
const LEAD = 40;
const LENGTH = 160;
/** Text that is looked through: an index entry has words of all of it. */
const MAX_TEXT = 400_000;

/**
 * The part of a text around the first of the words looked for, which are marked.
 * @returns null when the text has not all of them: an index of pairs of characters finds a little too much
 */
export async function cutSnippet(text: string, query: string): Promise<Omit<Snippet, 'messageId'> | null> {
  const wanted = [...new Map(Array.from(findWords(query), (want) => [want.word, want])).values()];
  const hits = await findHits(text.slice(0, MAX_TEXT), wanted);
  const [first] = hits;
  if (first === undefined) return null;
  const start = startOf(text, first[0]);
  const end = safeEnd(text, Math.min(text.length, start + LENGTH));
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  // White space is shown as one space each: line breaks would break the line it is shown in, and the places must hold.
  const shown = text.slice(start, end).replace(/\s/gu, ' ');
  const highlights = hits
    .filter(([hitStart, hitEnd]) => hitStart >= start && hitEnd <= end)
    .map(([hitStart, hitEnd]): Range => [hitStart - start + before.length, hitEnd - start + before.length]);
  return { text: before + shown + after, highlights };
}

/** In order, without overlaps, as far as they can be shown; none when one of the words is missing. */
async function findHits(text: string, wanted: readonly FoundWord[]): Promise<Range[]> {
  const missing = new Set(wanted);
  const hits: Range[] = [];
  for (const { words, end } of findWordsInSlices(text)) {
    for (const found of words) {
      const hit = findHit(found, wanted, missing);
      // Two pieces of one run may have it both.
      if (hit !== undefined && hit[0] >= (hits.at(-1)?.[1] ?? 0)) hits.push(hit);
    }
    const [first] = hits;
    if (first !== undefined && missing.size === 0 && end > first[0] + LENGTH) break;
    if (end < text.length) await nextTurn();
  }
  return missing.size === 0 ? hits : [];
}

/** Takes what is found of the words looked for off `missing`. @returns the longest of them, where several begin alike */
function findHit(found: FoundWord, wanted: readonly FoundWord[], missing: Set<FoundWord>): Range | undefined {
  let hit: Range | undefined;
  for (const want of wanted) {
    const range = match(found, want);
    if (range === undefined) continue;
    missing.delete(want);
    if (hit === undefined || range[1] > hit[1]) hit = range;
  }
  return hit;
}

function match(found: FoundWord, want: FoundWord): Range | undefined {
  if (!want.isRun) return found.word.startsWith(want.word) ? [found.start, found.end] : undefined;
  const at = found.isRun ? found.word.indexOf(want.word) : -1;
  if (at < 0) return undefined;
  // What was normalised to another length has no places of its own.
  const isAligned = found.word.length === found.end - found.start;
  return isAligned ? [found.start + at, found.start + at + want.word.length] : [found.start, found.end];
}

/** The beginning of a word, some way before the hit. */
function startOf(text: string, hit: number): number {
  const from = hit - LEAD;
  if (from <= 0) return 0;
  const space = text.slice(from, hit).search(/\s/u);
  if (space >= 0) return from + space + 1;
  return safeEnd(text, from);
}

/** Never between the halves of a surrogate pair. */
function safeEnd(text: string, end: number): number {
  const code = text.charCodeAt(end);
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end;
}
