// In: what is set for one chat, here and on the server. Out: what is kept for it, and goes with its next question.
// Never: something set here lost to an older answer of the server, nor one chat's settings in another.
import { type ChatSettings, chatSettingsSchema } from '@sluice/shared';
import { textDraft } from '../../ui/text-draft.ts';
import { isSame } from './fit-settings.ts';

export interface SettingsState {
  kept: ChatSettings;
  /** How what is set here stands to the conversation on the server: not there yet, on its way, or there. */
  standing: 'ahead' | 'saving' | 'level';
}

/** Of the chat that has not begun. */
const unbegun = textDraft('settings');

function readUnbegun(): ChatSettings {
  try {
    return chatSettingsSchema.parse(JSON.parse(unbegun.read() ?? '{}'));
  } catch {
    return {};
  }
}

/** Methods may be passed on as they are. */
export class ConversationSettings {
  readonly #listeners = new Set<() => void>();
  #state: SettingsState;
  #isStored: boolean;
  #saves = 0;

  constructor(isNew: boolean) {
    this.#isStored = isNew;
    this.#state = isNew ? { kept: readUnbegun(), standing: 'ahead' } : { kept: {}, standing: 'level' };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): SettingsState => this.#state;

  change(kept: ChatSettings): void {
    this.#update({ kept, standing: 'ahead' });
  }

  /**
   * @param model that is asked first
   * @returns what a conversation is made with
   */
  begin(model: string | undefined): ChatSettings {
    const { kept } = this.#state;
    if (kept.model === undefined && model !== undefined) this.#update({ kept: { ...kept, model } });
    return this.#state.kept;
  }

  /** Takes what the server has, unless what is set here is newer. */
  take(stored: ChatSettings): void {
    const { kept, standing } = this.#state;
    if (isSame(kept, stored)) return standing === 'ahead' ? this.#update({ standing: 'level' }) : undefined;
    if (standing === 'level') this.#update({ kept: stored });
  }

  /** @param put takes what is kept to the server; what it throws is passed on */
  async save(put: (settings: ChatSettings) => Promise<void>): Promise<void> {
    const count = ++this.#saves;
    this.#update({ standing: 'saving' });
    try {
      await put(this.#state.kept);
    } finally {
      if (count === this.#saves && this.#state.standing === 'saving') this.#update({ standing: 'level' });
    }
  }

  /** Whether they are those of the tab's new chat, which a reload leaves as they are. */
  keepInTab(isKept: boolean): void {
    if (isKept === this.#isStored) return;
    this.#isStored = isKept;
    unbegun.write(isKept ? JSON.stringify(this.#state.kept) : '');
  }

  #update(change: Partial<SettingsState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#isStored && change.kept !== undefined) unbegun.write(JSON.stringify(change.kept));
    for (const listener of this.#listeners) listener();
  }
}
