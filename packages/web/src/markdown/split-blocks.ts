import type { Lexer, Token, Tokens } from 'marked';
import { createLexer } from './create-lexer.ts';
import { readMathBlock } from './math-syntax.ts';

/** Link targets by normalised label, as marked keeps them. */
export type Definitions = Lexer['tokens']['links'];

interface SplitText {
  /** Source of each finished top-level block: no further text can change it. */
  closed: readonly string[];
  /** Source of the blocks that may still change; the first of them has the index `closed.length`. */
  open: readonly string[];
  /** Reference definitions found so far; a new object whenever one is added. */
  definitions: Definitions;
}

export interface Splitter {
  /**
   * @param text the whole text so far; cheap when it is the last text with more behind it
   * @param isWhole whether no more will come: all blocks are then closed
   */
  update: (text: string, isWhole: boolean) => SplitText;
}

const blankLines = /^(?:[ \t]*\n)+/;
/** A fence whose first line is whole; marked's own rule decides where it ends. */
const fenceStart = /^ {0,3}(?:`{3,}[^`\n]*|~{3}[^\n]*)\n/;
const fenceEndCandidate = /\n {0,3}(?:`{3}|~{3})/;
/** An unfinished line that can only become prose, however it goes on: it starts with a letter, perhaps emphasised. */
const certainlyProse = /^[*_`]{0,2}\p{L}/u;
const MIN_JUDGED_LENGTH = 12;
/** What may go on as the title of a definition in the line before. */
const titleStart = /^[ \t]*["'(]/;

const noDefinitions: Definitions = Object.freeze(Object.create(null));
const nothing: SplitText = { closed: [], open: [], definitions: noDefinitions };

interface Block {
  raw: string;
  /** Whether blank lines follow. */
  isApart: boolean;
}

/** The text up to the end of its last line that will not change its kind: "2" may yet become "2. an item". */
function judgedPart(text: string): string {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  const isJudged = line.trim().length >= MIN_JUDGED_LENGTH && certainlyProse.test(line);
  return isJudged ? text : text.slice(0, lineStart);
}

/** @returns the top-level tokens of a text; one of plain text where the lexer gives up, as it does on blocks in blocks without end */
function lexSafely(text: string): { tokens: Token[]; definitions: Definitions } {
  const lexer = createLexer();
  try {
    return { tokens: lexer.blockTokens(text, []), definitions: lexer.tokens.links };
  } catch {
    return { tokens: [{ type: 'text', raw: text, text }], definitions: noDefinitions };
  }
}

function lexBlocks(text: string): { blocks: Block[]; tokens: Token[]; definitions: Definitions } {
  const { tokens, definitions } = lexSafely(text);
  const blocks: Block[] = [];
  for (const token of tokens) {
    const last = blocks.at(-1);
    if (token.type !== 'space') blocks.push({ raw: token.raw, isApart: false });
    else if (last) last.isApart = true;
  }
  return {
    blocks,
    tokens: tokens.filter((token) => token.type !== 'space'),
    definitions,
  };
}

/** How many blocks at the front are finished when the last one may still grow. */
function countClosed(blocks: readonly Block[], tokens: readonly Token[]): number {
  for (let index = 0; index < blocks.length - 1; index++) {
    const mayGetTitle =
      tokens[index]?.type === 'def' &&
      !blocks[index]?.isApart &&
      titleStart.test(blocks[index + 1]?.raw ?? '');
    if (mayGetTitle) return index;
  }
  return Math.max(0, blocks.length - 1);
}

/** Length of the source of the first `count` blocks with all blank lines around them. */
function sourceLength(text: string, blocks: readonly Block[], count: number): number {
  let offset = 0;
  for (const block of blocks.slice(0, count)) {
    offset += blankLines.exec(text.slice(offset))?.[0].length ?? 0;
    offset += block.raw.length;
  }
  return offset + (blankLines.exec(text.slice(offset))?.[0].length ?? 0);
}

function addDefinitions(known: Definitions, found: Definitions): Definitions {
  const added = Object.keys(found).filter((label) => known[label] === undefined);
  return added.length === 0 ? known : Object.assign(Object.create(null), found, known);
}

function isOpenFence(tail: string): boolean {
  const start = fenceStart.exec(tail)?.[0];
  return start !== undefined && !fenceEndCandidate.test(tail.slice(start.length - 1));
}

/** Where a line begins that opens a formula; or a whole fence, in which none does. */
const mathOpening =
  /(?:^|\n)(?:( {0,3}(?:\$\$|\\\[))| {0,3}(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})[^\n]*(?:\n(?! {0,3}\2)[^\n]*)*(?:\n {0,3}\2[^\n]*)?)/g;
const blankLine = /\n[ \t]*\n/;

/** Where a formula on lines of its own begins that may yet find its end, or -1: until then its lines say nothing. */
function undecidedMath(tail: string): number {
  let end = 0;
  for (const { index, 0: found, 1: opening } of tail.matchAll(mathOpening)) {
    if (opening === undefined) continue;
    const start = index + found.length - opening.length;
    if (start < end) continue;
    const block = readMathBlock(tail.slice(start));
    if (block !== undefined) end = start + block.raw.length;
    else if (isUnended(tail.slice(index + found.length), opening)) return start;
  }
  return -1;
}

const mathLine = /(?<=^|\n) {0,3}(?:\$\$|\\\[)/g;

/** The front of `text` in which no line opens a formula that a line to come may end, whatever the lines before make of it. */
function endedPart(text: string): string {
  let end = text.length;
  // From the last on: what is cut off may have held the end of one before.
  for (const { index, 0: opening } of [...text.matchAll(mathLine)].reverse()) {
    const lines = text.slice(index + opening.length, Math.min(end, text.lastIndexOf('\n') + 1));
    if (isUnended(lines, opening)) end = index;
  }
  return text.slice(0, end);
}

function isUnended(content: string, opening: string): boolean {
  return !content.includes(opening.endsWith('[') ? '\\]' : '$$') && !blankLine.test(content);
}

/** Where the last item of a list begins, if a list is all there is; else 0. */
function lastItemStart(tokens: readonly Token[]): number {
  const [list] = tokens;
  if (tokens.length !== 1 || list?.type !== 'list') return 0;
  const items = (list as Tokens.List).items.slice(0, -1);
  return items.reduce((length, item) => length + item.raw.length, 0);
}

interface Cut {
  /** Up to where the tail is known to be one list: what follows is lexed alone. */
  listLength?: number;
  closed: string[];
  open: string[];
  tail: string;
  definitions: Definitions;
}

/** Cuts the finished blocks off the front of `tail`. */
function cutClosed(tail: string, listLength: number): Cut {
  const mathStart = undecidedMath(tail);
  if (mathStart === -1 || isOpenFence(tail)) return cutList(tail, listLength) ?? cutDecided(tail);
  const math = tail.slice(mathStart);
  if (mathStart === 0) return { closed: [], open: [math], tail, definitions: noDefinitions };
  const before = cutDecided(tail.slice(0, mathStart));
  return { ...before, open: [...before.open, math], tail: before.tail + math };
}

/** @returns what a list that has grown is cut into, which is nothing; or null when it has ended, or there is none */
function cutList(tail: string, listLength: number): Cut | null {
  if (listLength === 0) return null;
  const { tokens } = lexBlocks(tail.slice(listLength));
  if (tokens.length !== 1 || tokens[0]?.type !== 'list') return null;
  const length = listLength + lastItemStart(tokens);
  return { closed: [], open: [tail], tail, definitions: noDefinitions, listLength: length };
}

function cutDecided(tail: string): Cut {
  if (isOpenFence(tail)) return { closed: [], open: [tail], tail, definitions: noDefinitions };
  const whole = lexBlocks(tail);
  const open = whole.blocks.map((block) => block.raw);
  const nothingClosed = { closed: [], open, tail, definitions: noDefinitions };
  // A boundary between judged lines is one in the whole too.
  if (open.length < 2) return { ...nothingClosed, listLength: lastItemStart(whole.tokens) };
  const judged = endedPart(judgedPart(tail));
  const { blocks, tokens } = judged === tail ? whole : lexBlocks(judged);
  const count = countClosed(blocks, tokens);
  if (count === 0) return nothingClosed;
  const length = sourceLength(judged, blocks, count);
  const source = tail.slice(0, length);
  return {
    closed: blocks.slice(0, count).map((block) => block.raw),
    open: open.slice(count),
    tail: tail.slice(length),
    definitions: source.includes(']:') ? lexBlocks(source).definitions : noDefinitions,
  };
}

/** Takes all that is left for finished. */
function closeAll(tail: string): Cut {
  const { blocks, definitions } = lexBlocks(tail);
  return { closed: blocks.map((block) => block.raw), open: [], tail: '', definitions };
}

/**
 * Splits a growing Markdown text into top-level blocks. Only the text behind the last finished block is lexed again, so each
 * update costs as much as that block and not as much as the answer.
 */
export function createSplitter(): Splitter {
  let seen = '';
  let wasWhole = false;
  let carriageReturn = '';
  let tail = '';
  let listLength = 0;
  let split = nothing;

  function feed(added: string, isWhole: boolean): void {
    // A carriage return at the end waits for its line feed: the pair is one line end.
    const raw = carriageReturn + added;
    carriageReturn = raw.endsWith('\r') && !isWhole ? '\r' : '';
    const fresh = raw.slice(0, raw.length - carriageReturn.length).replace(/\r\n?/g, '\n');
    tail = (tail + fresh).replace(blankLines, '');
    const cut = isWhole ? closeAll(tail) : cutClosed(tail, listLength);
    ({ tail, listLength = 0 } = cut);
    split = {
      closed: cut.closed.length === 0 ? split.closed : [...split.closed, ...cut.closed],
      open: cut.open,
      definitions: addDefinitions(split.definitions, cut.definitions),
    };
  }

  return {
    update(text, isWhole) {
      if (text === seen && isWhole === wasWhole) return split;
      if (wasWhole || !text.startsWith(seen)) {
        seen = '';
        carriageReturn = '';
        tail = '';
        listLength = 0;
        split = nothing;
      }
      feed(text.slice(seen.length), isWhole);
      seen = text;
      wasWhole = isWhole;
      return split;
    },
  };
}
