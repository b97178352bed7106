import { useState } from 'react';
import type { ChatDraft } from '../chat-draft.ts';

/** What is being written in a chat. */
export function useTextDraft(draft: ChatDraft): [text: string, change: (text: string) => void] {
  const [text, setText] = useState(draft.read);
  const change = (next: string) => {
    setText(next);
    draft.write(next);
  };
  return [text, change];
}
