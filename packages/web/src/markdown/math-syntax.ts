import type { TokenizerExtension, Tokens } from 'marked';
import { firstParagraph } from './first-paragraph.ts';

/** A formula: `$$…$$` or `\[…\]`, alone on its lines or within prose, `\(…\)` and `$…$`. */
export interface MathToken extends Tokens.Generic {
  type: 'math';
  tex: string;
  isDisplay: boolean;
  /** Stands for itself, and not in a line of prose. */
  isBlock: boolean;
  /** Its end has not come yet. */
  isOpen: boolean;
}

/** Ends a formula whose own end is still to come: a character that no formula needs. */
export const openEnd = '\u2060';

const MAX_INLINE_LENGTH = 600;
/** Of one on lines of its own. */
const MAX_BLOCK_LENGTH = 10_000;

/** A formula has no blank line in it. */
const dollarsBlock = /^ {0,3}\$\$((?:[^\n$]|\$(?!\$)|\n(?![ \t]*(?:\n|$)))+)\$\$[ \t]*(?:\n|$)/;
const bracketsBlock = /^ {0,3}\\\[((?:[^\n\\]|\\(?!\])|\n(?![ \t]*(?:\n|$)))+)\\\][ \t]*(?:\n|$)/;
const dollarsInline = /^\$\$((?:[^\n$]|\n(?![ \t]*(?:\n|$)))+?)\$\$/;
const bracketsInline = /^\\\[((?:[^\n\\]|\\(?!\])|\n)+)\\\]/;
const parensInline = /^\\\(((?:[^\n\\]|\\(?!\))|\n)+)\\\)/;
const dollarInline = /^\$(?![\s$])((?:[^\n$\\`]|\\[^\n])*?[^\s$\\`]|\\[^\s])\$(?![\w$])/;

/** What prose has none of: a command, an index, a power, an equation. */
const operators =
  /\\[a-zA-Z{}|,;!]|[\^_=<>≤≥≈∈+]|\d\s*[-*/]\s*[\da-z]|[a-z]\s*[-*/|]\s*[\da-z]|[a-zA-Z]\([\da-zA-Z, ]+\)/;
const words = /[a-zA-Z]{4,}|\s\S*\s/;
const startsAsAmount = /^[\d.,]/;
const bareAmount = /^[\d.,]+[a-zA-Z]{0,3}$/;

/** Whether what stands between two dollar signs is a formula, and not an amount and the prose up to the next: "$5 and 6$". */
export function isFormula(content: string): boolean {
  if (operators.test(content))
    return !/[a-z]{4,} [a-z]{3,} /i.test(content.replaceAll(/\\[a-zA-Z]+(?:\{[^{}]*\})?/g, ''));
  if (startsAsAmount.test(content)) return bareAmount.test(content);
  return !words.test(content);
}

function makeToken(raw: string, content: string, place: { isDisplay: boolean; isBlock: boolean }): MathToken {
  const isOpen = content.endsWith(openEnd);
  const tex = (isOpen ? content.slice(0, -openEnd.length) : content).trim();
  return { type: 'math', raw, tex, isOpen, ...place };
}

/** @returns the formula on lines of its own that `src` begins with, if it does */
export function readMathBlock(src: string): MathToken | undefined {
  const near = src.slice(0, MAX_BLOCK_LENGTH);
  const found = dollarsBlock.exec(near) ?? (near.includes('\\]') ? bracketsBlock.exec(near) : null);
  const content = found?.[1];
  if (found === null || content === undefined || content.trim() === '') return undefined;
  return makeToken(found[0], content, { isDisplay: true, isBlock: true });
}

/** Where a line of a paragraph begins that a formula may stand in. */
const blockCandidate = /\n(?= {0,3}(?:\$\$|\\\[))/g;

/** @returns where in a paragraph a formula on lines of its own begins, or undefined */
export function startOfMath(src: string): number | undefined {
  const paragraph = firstParagraph(src);
  const lastEnd = Math.max(paragraph.lastIndexOf('$$'), paragraph.lastIndexOf('\\]'));
  for (const { index } of paragraph.matchAll(blockCandidate)) {
    if (index >= lastEnd) return undefined;
    if (readMathBlock(paragraph.slice(index + 1)) !== undefined) return index + 1;
  }
  return undefined;
}

const mathBlock: TokenizerExtension = {
  name: 'math-block',
  level: 'block',
  start: startOfMath,
  tokenizer: readMathBlock,
};

function readInline(src: string): MathToken | undefined {
  const display = dollarsInline.exec(src) ?? bracketsInline.exec(src);
  if (display?.[1] !== undefined) {
    // Brackets that are escaped are just brackets, unless a formula is in them.
    if (src.startsWith('\\') && !operators.test(display[1]) && !display[1].endsWith(openEnd))
      return undefined;
    return makeToken(display[0], display[1], { isDisplay: true, isBlock: false });
  }
  const inline = parensInline.exec(src) ?? dollarInline.exec(src);
  const content = inline?.[1];
  if (inline === null || content === undefined || content.length > MAX_INLINE_LENGTH) return undefined;
  if (src.startsWith('$') && !content.endsWith(openEnd) && !isFormula(content)) return undefined;
  return makeToken(inline[0], content, { isDisplay: false, isBlock: false });
}

const inlineCandidate = /(?<![\w$\\])\$|\\[([]/;

const mathInline: TokenizerExtension = {
  name: 'math',
  level: 'inline',
  start(src) {
    const index = src.search(inlineCandidate);
    return index === -1 ? undefined : index;
  },
  tokenizer: readInline,
};

export const mathSyntax: readonly TokenizerExtension[] = [mathBlock, mathInline];
