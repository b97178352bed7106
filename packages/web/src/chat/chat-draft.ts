import { textDraft } from '../ui/text-draft.ts';

/** What is being written in one chat. Methods may be passed on as they are. */
export class ChatDraft {
  #place: string | null;
  #text: string;

  /** @param place what it is kept under for a reload of this tab; null for nowhere */
  constructor(place: string | null) {
    this.#place = place;
    this.#text = place === null ? '' : (textDraft(place).read() ?? '');
  }

  readonly read = (): string => this.#text;

  /** Whether a reload leaves it as it is. */
  readonly isKept = (): boolean => this.#place !== null || this.#text === '';

  readonly write = (text: string): void => {
    this.#text = text;
    if (this.#place !== null) textDraft(this.#place).write(text);
  };

  /** Keeps a text for a reload alone, until something is written or sent: by now it is shown elsewhere. */
  keepForReload(text: string): void {
    if (this.#text === '' && this.#place !== null) textDraft(this.#place).write(text);
  }

  moveTo(place: string | null): void {
    if (place === this.#place) return;
    if (this.#place !== null) textDraft(this.#place).write('');
    this.#place = place;
    this.write(this.#text);
  }
}
