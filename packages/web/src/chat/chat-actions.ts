/** What the turns of a transcript can ask for. */
export interface ChatActions {
  regenerate: (replyId: string) => void;
  continue: (replyId: string) => void;
  /** @returns whether it was sent */
  edit: (promptId: string, text: string) => boolean;
  choose: (turnId: string) => void;
}
