import { Lexer, Marked, Tokenizer, type Tokens } from 'marked';
import { firstParagraph } from './first-paragraph.ts';
import { footnoteSyntax, startOfFootnote } from './footnote-syntax.ts';
import { mathSyntax, startOfMath } from './math-syntax.ts';

const { defaults } = new Marked({ extensions: [...mathSyntax, ...footnoteSyntax] });

/** Marked reads all rows before it looks whether this is a delimiter row. */
const tableStart = /^[^\n]*\n[ \t]*-*[ \t]*[:|]/;

class OwnTokenizer extends Tokenizer {
  override table(src: string): Tokens.Table | undefined {
    return tableStart.test(src) ? super.table(src) : undefined;
  }

  /** A heading that is underlined ends where a formula or a footnote begins, as a paragraph does. */
  override lheading(src: string): Tokens.Heading | undefined {
    const paragraph = firstParagraph(src);
    const heading = super.lheading(paragraph);
    if (heading === undefined) return undefined;
    const end = Math.min(startOfMath(paragraph) ?? Infinity, startOfFootnote(paragraph) ?? Infinity);
    return end < heading.raw.length ? super.lheading(paragraph.slice(0, end)) : heading;
  }
}

/** @returns a lexer for Markdown as models write it: GitHub's, with formulas and footnotes */
export function createLexer(): Lexer {
  // Options of its own: a lexer leaves its tokenizer in them.
  return new Lexer({ ...defaults, tokenizer: new OwnTokenizer() });
}
