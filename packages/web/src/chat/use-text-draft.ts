import { useMemo, useState } from 'react';
import { textDraft } from '../ui/text-draft.ts';

/** What is being written, kept for the next visit of this tab. */
export function useTextDraft(key: string): [text: string, change: (text: string) => void] {
  const stored = useMemo(() => textDraft(key), [key]);
  const [text, setText] = useState(() => stored.read() ?? '');
  const change = (next: string) => {
    setText(next);
    stored.write(next);
  };
  return [text, change];
}
