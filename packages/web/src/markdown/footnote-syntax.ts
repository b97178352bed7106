import type { TokenizerExtension, Tokens } from 'marked';
import { firstParagraph } from './first-paragraph.ts';

/** `[^label]: text`, at the top level; lines that are indented belong to it. */
export interface FootnoteToken extends Tokens.Generic {
  type: 'footnote';
  label: string;
}

/** `[^label]` in prose. */
export interface FootnoteMarkToken extends Tokens.Generic {
  type: 'footnote-mark';
  label: string;
}

const label = String.raw`\[\^([^\]\s[]{1,60})\]`;
const definition = new RegExp(
  String.raw`^ {0,3}${label}:[ \t]*([^\n]*(?:\n(?: {2}|\t)[ \t]*[^\s][^\n]*|\n(?:[ \t]*\n)+(?: {4}|\t)[ \t]*[^\s][^\n]*)*)(?:\n|$)`,
);
const mark = new RegExp(`^${label}`);
const nextDefinition = new RegExp(String.raw`\n {0,3}${label}:`);

/** @returns the label of a block that is a footnote, or null */
export function footnoteLabel(raw: string): string | null {
  return raw.includes('[^') ? (definition.exec(raw)?.[1] ?? null) : null;
}

/** @returns where in a paragraph a footnote begins, or undefined */
export function startOfFootnote(src: string): number | undefined {
  const index = firstParagraph(src).search(nextDefinition);
  return index === -1 ? undefined : index + 1;
}

const footnoteBlock: TokenizerExtension = {
  name: 'footnote',
  level: 'block',
  start: startOfFootnote,
  tokenizer(src) {
    if (!this.lexer.state.top) return undefined;
    const found = definition.exec(src);
    if (found === null) return undefined;
    const [raw, name = '', text = ''] = found;
    const content = text.replaceAll(/\n(?: {1,4}|\t)/g, '\n');
    const token: FootnoteToken = { type: 'footnote', raw, label: name, tokens: [] };
    this.lexer.blockTokens(content, token.tokens);
    return token;
  },
};

const footnoteMark: TokenizerExtension = {
  name: 'footnote-mark',
  level: 'inline',
  start(src) {
    const index = src.indexOf('[^');
    return index === -1 ? undefined : index;
  },
  tokenizer(src) {
    const found = mark.exec(src);
    if (found === null || this.lexer.state.inLink) return undefined;
    return { type: 'footnote-mark', raw: found[0], label: found[1] };
  },
};

export const footnoteSyntax: readonly TokenizerExtension[] = [footnoteBlock, footnoteMark];
