import type { Conversation } from '@sluice/shared';

/** How long a deletion can be undone. */
const UNDO_MS = 5000;

export interface PendingDeletion {
  conversation: Conversation;
  /** Whether it was the one that was looked at. */
  wasOpen: boolean;
}

export interface PendingDeletionsPorts {
  /** Deletes on the server. */
  send: (conversation: Conversation) => Promise<void>;
  /** Called when the server did not delete one. */
  onFailed: (conversation: Conversation) => void;
  /** @returns a function that calls it off */
  setTimer: (callback: () => void, ms: number) => () => void;
}

/** Conversations that are gone from the page and not yet from the server. Methods may be passed on as they are. */
export class PendingDeletions {
  readonly #ports: PendingDeletionsPorts;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, () => void>();
  #state: readonly PendingDeletion[] = [];
  /** Those that can no longer be undone and are still in the lists. */
  readonly #sent = new Set<string>();

  constructor(ports: PendingDeletionsPorts) {
    this.#ports = ports;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** @returns what can be undone, the latest last */
  readonly getState = (): readonly PendingDeletion[] => this.#state;

  readonly isGone = (id: string): boolean => this.#timers.has(id) || this.#sent.has(id);

  readonly add = (deletion: PendingDeletion): void => {
    const { id } = deletion.conversation;
    if (this.isGone(id)) return;
    this.#timers.set(
      id,
      this.#ports.setTimer(() => this.#send(id), UNDO_MS),
    );
    this.#setState([...this.#state, deletion]);
  };

  readonly undo = (id: string): void => {
    this.#take(id);
  };

  /** Sends what is pending at once: the page is being left. */
  readonly flush = (): void => {
    for (const { conversation } of this.#state) this.#send(conversation.id);
  };

  #send(id: string): void {
    this.#sent.add(id);
    const conversation = this.#take(id);
    if (conversation === undefined) return;
    this.#ports
      .send(conversation)
      .catch(() => this.#ports.onFailed(conversation))
      .finally(() => {
        this.#sent.delete(id);
        this.#setState([...this.#state]);
      });
  }

  #take(id: string): Conversation | undefined {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    const found = this.#state.find(({ conversation }) => conversation.id === id);
    this.#setState(this.#state.filter((deletion) => deletion !== found));
    return found?.conversation;
  }

  #setState(next: readonly PendingDeletion[]): void {
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
