import type { Snippet } from '@sluice/shared';
import type { ReactNode } from 'react';

/** The words around a hit; the hits are marked. */
export function SnippetText({ snippet: { text, highlights } }: { snippet: Snippet }) {
  const pieces: ReactNode[] = [];
  let shown = 0;
  for (const [start, end] of highlights) {
    pieces.push(text.slice(shown, start), <mark key={start}>{text.slice(start, end)}</mark>);
    shown = end;
  }
  return (
    <>
      {pieces}
      {text.slice(shown)}
    </>
  );
}
