import type { Draft } from './chat-store.ts';

/** What the turns of a transcript can ask for. */
export interface ChatActions {
  regenerate: (replyId: string) => void;
  continue: (replyId: string) => void;
  /** Opens a prompt for another wording; null closes the one that is open. */
  openEditor: (promptId: string | null) => void;
  /** @returns whether it was sent */
  edit: (promptId: string, draft: Draft) => boolean;
  choose: (turnId: string) => void;
}
