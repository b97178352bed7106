import { closeMarks } from './close-marks.ts';
import { closeFormula, findOpenFormula, mendMathBlock } from './mend-math.ts';

/** A last line of nothing but markers: what it means shows with the next characters. */
const bareMarkers = /(?:^|\n)[ \t>]*(?:[-+*_=#>|~`: \t]+|\d{1,9}[.)]?[ \t]*)$/;
/** Markers at the very end that may open or close something. */
const danglingMarkers = /(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|!?\[|\[\^[^\]\s]*|\$\$?|\\[([]?)$/;
const delimiterCells = /^[ \t]*\|?[ \t:|-]*$/;
const fence = /^ {0,3}(?:`{3,}|~{3,})/;

/** A line that begins inline content of its own: an item, or what follows a blank line. */
const startsInline = /^(?:[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]|[ \t]*$|[ \t]*\n)/;
const nestedFence = /^[ \t>]*(?:[-+*] |\d{1,9}[.)] )?[ \t]*`{3,}/gm;

/**
 * A table whose delimiter row is still on its way is given one, so that its header never shows as raw text. It waits for its whole
 * header: with each cell that came its columns would move.
 * @returns the table, or null when the block is none or has its delimiter row
 */
function mendTable(block: string): string | null {
  const [header = '', delimiter, ...rows] = block.split('\n', 3);
  if (rows.length > 0 || !/^ {0,3}\|.*\S/.test(header) || !delimiterCells.test(delimiter ?? '')) return null;
  if (delimiter === undefined) return '';
  const row = header.trimEnd().endsWith('|') ? header : `${header} |`;
  const columns = Math.max(1, countCells(row));
  const isWhole = /[-:]\|[ \t]*$/.test(delimiter) && countCells(delimiter) === columns;
  return `${row}\n${isWhole ? delimiter : `|${'---|'.repeat(columns)}`}`;
}

function lastInlineStart(block: string): number {
  let lineStart = block.lastIndexOf('\n') + 1;
  while (lineStart > 0 && !startsInline.test(block.slice(lineStart, lineStart + 40))) {
    lineStart = block.lastIndexOf('\n', lineStart - 2) + 1;
  }
  return lineStart;
}

/** A formula that is being written is left alone; what stands open before it is closed behind it. */
function mendInline(text: string): string {
  const formula = findOpenFormula(text);
  if (formula === null) return closeMarks(text);
  const before = text.slice(0, formula.start);
  const mended = closeMarks(`${before}x`);
  const closers = mended.startsWith(`${before}x`) ? mended.slice(before.length + 1) : '';
  return closeFormula(text, formula.opening) + closers;
}

function isInsideFence(before: string): boolean {
  return before.includes('```') && (before.match(nestedFence)?.length ?? 0) % 2 === 1;
}

function countCells(row: string): number {
  return row.trim().replaceAll('\\|', '').split('|').length - 2;
}

/**
 * Completes the unfinished end of a growing block for display, so that no raw Markdown flashes by.
 * @param block source of the last block, up to the last character that has come
 */
export function mendTail(block: string): string {
  if (fence.test(block)) return block;
  const table = mendTable(block);
  if (table !== null) return table;
  const math = mendMathBlock(block);
  if (math !== null) return math;
  const whole = block.replace(bareMarkers, '').replace(danglingMarkers, '');
  // Nothing inline reaches over a blank line or into the next item, so only what follows the last one is looked at.
  const start = lastInlineStart(whole);
  const before = whole.slice(0, start);
  return isInsideFence(before) ? whole : before + mendInline(whole.slice(start));
}
