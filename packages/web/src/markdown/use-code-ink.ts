import { useEffect, useRef, useState } from 'react';
import { type CodeInk, type InkRuns, createCodeInk, noRuns } from './code-ink.ts';
import { grammarOf } from './code-languages.ts';
import { pageInk } from './page-ink.ts';
import { Recent } from './recent.ts';

/** In bytes, as good as they can be guessed. */
const MAX_KNOWN_BYTES = 16 * 2 ** 20;
const SPAN_BYTES = 64;

function sizeOf(runs: InkRuns, key: string): number {
  const spans = runs.flat().reduce((sum, line) => sum + line.length, 0);
  return key.length * 2 + spans * SPAN_BYTES;
}

/** Coloured before, and so at once when a conversation is opened again. */
const known = new Recent<InkRuns>(MAX_KNOWN_BYTES, sizeOf);
const keyOf = (grammar: string | null, code: string) => `${grammar}\n${code}`;

interface Code {
  code: string;
  /** What the fence calls it. */
  language: string;
  /** Whether its last line may go on. */
  isOpen: boolean;
  /** Whether it is worth colouring now. */
  isNear: boolean;
}

/** @returns the coloured lines so far; none where the language is unknown, or before they come */
export function useCodeInk({ code, language, isOpen, isNear }: Code): InkRuns {
  const grammar = grammarOf(language);
  const [runs, setRuns] = useState(() => known.get(keyOf(grammar, code)) ?? noRuns);
  const [isKnown] = useState(() => runs.length > 0);
  const ink = useRef<CodeInk | null>(null);
  const latest = useRef(code);
  const isWanted = isNear && grammar !== null && !isKnown;

  useEffect(() => {
    if (!isWanted) return;
    const opened = createCodeInk(pageInk, grammar, (next, isWhole) => {
      if (isWhole) known.set(keyOf(grammar, latest.current), next);
      setRuns(next);
    });
    ink.current = opened;
    return () => {
      ink.current = null;
      opened.close();
    };
  }, [isWanted, grammar]);

  useEffect(() => {
    latest.current = code;
    if (isWanted) ink.current?.update(code, isOpen);
  }, [isWanted, code, isOpen]);

  return runs;
}
