import {
  type GrammarState,
  type HighlighterCore,
  createCssVariablesTheme,
  createHighlighterCore,
} from '@shikijs/core';
import { createJavaScriptRegexEngine } from '@shikijs/engine-javascript';
import { type InkKind, type InkLine, type InkSpan, inkKinds } from './ink-message.ts';
import { loadGrammar } from './load-grammar.ts';

const PREFIX = '--ink-';
const theme = createCssVariablesTheme({ name: 'ink', variablePrefix: PREFIX });
const kinds = new Map<string, InkKind>(inkKinds.map((kind) => [`var(${PREFIX}token-${kind})`, kind]));

/** A line beyond this is data, and not worth a second of colouring. */
const MAX_LINE_LENGTH = 4000;
/** A line that is given up leaves its colour to those that follow: the first ones of a language compile its patterns. */
const MAX_LINE_MS = 3000;

let highlighter: Promise<HighlighterCore> | undefined;
const loaded = new Map<string, Promise<HighlighterCore>>();

async function load(grammar: string): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const core = await highlighter;
  await core.loadLanguage(...(await loadGrammar(grammar)));
  return core;
}

function loadOnce(grammar: string): Promise<HighlighterCore> {
  const known = loaded.get(grammar) ?? load(grammar);
  loaded.set(grammar, known);
  // The network may be back with the next block.
  known.catch(() => loaded.delete(grammar));
  return known;
}

/** Neighbours of one kind are one span; blanks take the kind of what stands before them. */
function joinSpans(tokens: readonly { content: string; color?: string | undefined }[]): InkLine {
  const line: [string, InkKind | null][] = [];
  for (const { content, color } of tokens) {
    const last = line.at(-1);
    const kind = kinds.get(color ?? '') ?? null;
    if (last !== undefined && (last[1] === kind || content.trim() === '')) last[0] += content;
    else line.push([content, kind]);
  }
  return line satisfies InkSpan[];
}

/** Colours one block of code as it grows: each piece goes on where the grammar stood at the end of the last. */
export interface CodeColourer {
  /** @param text whole lines, without the last line end @throws where the grammar cannot be had */
  colour: (text: string) => Promise<InkLine[]>;
}

export function createColourer(grammar: string): CodeColourer {
  let state: GrammarState | undefined;
  return {
    async colour(text) {
      const core = await loadOnce(grammar);
      const { tokens, grammarState } = core.codeToTokens(text, {
        lang: grammar,
        theme: 'ink',
        tokenizeMaxLineLength: MAX_LINE_LENGTH,
        tokenizeTimeLimit: MAX_LINE_MS,
        ...(state !== undefined && { grammarState: state }),
      });
      state = grammarState;
      return tokens.map(joinSpans);
    },
  };
}
