import { isFormula, openEnd } from './math-syntax.ts';

const blockOpening = /^ {0,3}(\$\$|\\\[)/;
const closers: Readonly<Record<string, string>> = { $$: '$$', '\\[': '\\]', '\\(': '\\)', $: '$' };
/** A character that may be half of what closes a formula. */
const halfCloser = /[$\\]$/;
const blankLine = /\n[ \t]*(?:\n|$)/;

/** Escapes, runs of backticks, and what may open a formula. */
const steps = /\\[^]|`+|\$\$?/g;

function close(text: string, opening: string): string {
  return `${text.replace(halfCloser, '')}${openEnd}${closers[opening] ?? ''}`;
}

/**
 * A formula on lines of its own whose end is still to come is given one.
 * @returns the block, or null when it is no such formula
 */
export function mendMathBlock(block: string): string | null {
  const opening = blockOpening.exec(block)?.[1];
  if (opening === undefined) return null;
  const content = block.slice(block.indexOf(opening) + opening.length);
  // Nothing to show of it yet.
  if (content.trim() === '') return '';
  if (content.includes(closers[opening] ?? '') || blankLine.test(content.trimEnd())) return null;
  return close(block.trimEnd(), opening);
}

/** Where the code ends whose opening backticks end at `from`, or -1. */
function endOfCode(text: string, from: number, backticks: string): number {
  for (const { 0: run, index } of text.slice(from).matchAll(/`+/g)) {
    if (run === backticks) return from + index + run.length;
  }
  return -1;
}

function endOfFormula(text: string, from: number, opening: string): number {
  const end = text.indexOf(closers[opening] ?? '', from);
  if (end === -1) return -1;
  // A dollar sign that closes nothing: the prose goes on behind this one.
  if (opening === '$' && !isFormula(text.slice(from, end))) return from;
  return end + (closers[opening]?.length ?? 0);
}

/** Whether a formula has certainly begun: prose has dollar signs and escaped brackets too. */
function hasBegun(opening: string, content: string): boolean {
  if (opening === '$$') return true;
  if (content.includes('\n')) return false;
  if (opening === '\\(') return content.trim() !== '';
  return /^\s*\\[a-zA-Z]|[\^_][\w{\\]|\\[a-zA-Z]/.test(content) && isFormula(content);
}

/** @returns where in inline text a formula begins that has no end yet, and with what; or null */
export function findOpenFormula(text: string): { start: number; opening: string } | null {
  steps.lastIndex = 0;
  for (let step = steps.exec(text); step !== null; step = steps.exec(text)) {
    const [found] = step;
    const from = step.index + found.length;
    if (found.startsWith('`')) {
      const end = endOfCode(text, from, found);
      if (end === -1) return null;
      steps.lastIndex = end;
    } else if (Object.hasOwn(closers, found)) {
      const end = endOfFormula(text, from, found);
      if (end === -1 && hasBegun(found, text.slice(from))) return { start: step.index, opening: found };
      if (end !== -1) steps.lastIndex = end;
    }
  }
  return null;
}

/** @returns inline text whose last formula has an end */
export function closeFormula(text: string, opening: string): string {
  return close(text, opening);
}
