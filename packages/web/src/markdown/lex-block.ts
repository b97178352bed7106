import { Lexer, type MarkedToken } from 'marked';
import type { Definitions } from './split-blocks.ts';

/**
 * @param raw source of one or more blocks
 * @returns their tokens; text that the lexer gives up on is one paragraph of plain text
 */
export function lexBlock(raw: string, definitions: Definitions): readonly MarkedToken[] {
  const lexer = new Lexer();
  Object.assign(lexer.tokens.links, definitions);
  try {
    // Without extensions, marked makes no tokens but its own.
    return lexer.lex(raw) as unknown as MarkedToken[];
  } catch {
    const text = { type: 'text' as const, raw, text: raw, escaped: true };
    return [{ type: 'paragraph', raw, text: raw, tokens: [text] }];
  }
}
