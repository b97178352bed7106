import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Snippet } from '@sluice/shared';
import { type FoundWord, findWords } from '../storage/search-words.ts';

type Range = [start: number, end: number];

/** Characters before the first hit, and in all. */
const LEAD = 40;
const LENGTH = 160;
/** Text that is looked through: an index entry has words of all of it. */
const MAX_TEXT = 400_000;
/** Words looked at before others have their turn, a third of a millisecond. */
const SLICE_WORDS = 1000;

/**
 * The part of a text around the first of the words looked for, which are marked.
 * @returns null when the text has not all of them: an index of pairs of characters finds a little too much
 */
export async function cutSnippet(text: string, query: string): Promise<Omit<Snippet, 'messageId'> | null> {
  const wanted = [...findWords(query)];
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
  let count = 0;
  for (const found of findWords(text)) {
    count += 1;
    if (count % SLICE_WORDS === 0) await nextTurn();
    const [first] = hits;
    if (first !== undefined && missing.size === 0 && found.start > first[0] + LENGTH) break;
    let hit: Range | undefined;
    for (const want of wanted) {
      const range = match(found, want);
      if (range === undefined) continue;
      missing.delete(want);
      // The longer one, where two of the words looked for begin alike.
      if (hit === undefined || range[1] > hit[1]) hit = range;
    }
    if (hit !== undefined) hits.push(hit);
  }
  return missing.size === 0 ? hits : [];
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
