import { Lexer, Marked, Tokenizer, type Tokens } from 'marked';
import { footnoteSyntax, startOfFootnote } from './footnote-syntax.ts';
import { mathSyntax, startOfMath } from './math-syntax.ts';

const { defaults } = new Marked({ extensions: [...mathSyntax, ...footnoteSyntax] });

class OwnTokenizer extends Tokenizer {
  /** A heading that is underlined ends where a formula or a footnote begins, as a paragraph does. */
  override lheading(src: string): Tokens.Heading | undefined {
    const end = Math.min(startOfMath(src) ?? Infinity, startOfFootnote(src) ?? Infinity);
    return super.lheading(end === Infinity ? src : src.slice(0, end));
  }
}

/** @returns a lexer for Markdown as models write it: GitHub's, with formulas and footnotes */
export function createLexer(): Lexer {
  // Options of its own: a lexer leaves its tokenizer in them.
  return new Lexer({ ...defaults, tokenizer: new OwnTokenizer() });
}
