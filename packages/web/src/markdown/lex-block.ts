import type { Lexer, Token } from 'marked';
import { createLexer } from './create-lexer.ts';
import type { Definitions } from './split-blocks.ts';

/** A list of tokens that may still have to be made. On the list itself: thousands of entries of a WeakMap slow each collection. */
interface LazyTokens extends Array<Token> {
  pending?: { lexer: Lexer; source: string } | undefined;
}

/** Characters of inline text that are read together: what its brackets and emphasis may mean costs the square of that. */
const MAX_TOGETHER = 4000;

/** Where the first part ends of inline text that is too long to be read at once: at a line's end, or else between words. */
function endOfPart(source: string, start: number): number {
  const end = start + MAX_TOGETHER;
  if (end >= source.length) return source.length;
  const part = source.slice(start, end);
  const place = part.includes('\n') ? part.lastIndexOf('\n') : part.lastIndexOf(' ');
  if (place > 0) return start + place;
  // Not between the halves of one character.
  return /[\uD800-\uDBFF]$/.test(part) ? end - 1 : end;
}

function plainText(source: string): Token {
  return { type: 'text', raw: source, text: source, escaped: true };
}

/**
 * Lexes blocks only: what stands inside them waits for `readTokens`. While a long list grows, only its last item is asked for.
 * @param raw source of one or more blocks
 * @returns their tokens; text that the lexer gives up on is one paragraph of plain text
 */
export function lexBlock(raw: string, definitions: Definitions): Token[] {
  const lexer = createLexer();
  Object.assign(lexer.tokens.links, definitions);
  try {
    const tokens = lexer.blockTokens(raw, []);
    for (const { src, tokens: inline } of lexer.inlineQueue) {
      (inline as LazyTokens).pending = { lexer, source: src };
    }
    lexer.inlineQueue = [];
    return tokens;
  } catch {
    return [{ type: 'paragraph', raw, text: raw, tokens: [plainText(raw)] }];
  }
}

/** @returns the tokens of one block, of a kind `lexBlock` has made, with its inline tokens */
export function readTokens(tokens: LazyTokens): readonly Token[] {
  if (tokens.pending === undefined) return tokens;
  const { lexer, source } = tokens.pending;
  tokens.pending = undefined;
  try {
    // An inline <pre> or <code> left open ends with the block that holds it.
    lexer.state.inRawBlock = false;
    lexer.state.inLink = false;
    for (let start = 0; start < source.length;) {
      const end = endOfPart(source, start);
      lexer.inlineTokens(source.slice(start, end), tokens);
      start = end;
    }
  } catch {
    tokens.splice(0, Infinity, plainText(source));
  }
  return tokens;
}
