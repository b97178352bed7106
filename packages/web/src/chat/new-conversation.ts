// In: a chat's first question. Out: its conversation on the server, once that has something in it.
// Never: a conversation left behind for a question that was refused, nor one deleted that has content.
import { type ChatSettings, type Connection, SluiceError, errorEntry, isErrorCode } from '@sluice/shared';
import { createConversation, deleteConversation, readMessages } from '../api/conversation-requests.ts';
import type { RunView } from '../stream/run-view.ts';

interface Ports {
  connection: Connection;
  /** Called when the server has it no more. */
  onDiscarded: (conversationId: string) => void;
}

export class NewConversation {
  readonly #ports: Ports;
  #id: string | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** @returns its id on the server, where it is made, with these settings, unless it is there */
  async make(settings: ChatSettings, signal: AbortSignal): Promise<string> {
    this.#id ??= (await createConversation(this.#ports.connection, { settings }, signal)).id;
    return this.#id;
  }

  /** @returns the id of what was made, for who shows it from now on */
  take(): string | null {
    const id = this.#id;
    this.#id = null;
    return id;
  }

  /** Takes back what was made. */
  async discard(): Promise<void> {
    const id = this.take();
    if (id === null) return;
    const { connection, onDiscarded } = this.#ports;
    try {
      if ((await readMessages(connection, id)).length > 0) return;
      await deleteConversation(connection, id);
      onDiscarded(id);
    } catch (error) {
      // It waits for the next question.
      if (!(error instanceof SluiceError && error.code === 'not_found')) this.#id ??= id;
    }
  }
}

/** Whether a run that has ended has certainly stored nothing: its only request was refused, or never made. */
export function isUnstored({ runId, connection, failure, isStoppedHere }: RunView): boolean {
  if (runId !== null || connection !== null) return false;
  if (failure === null) return isStoppedHere;
  return isErrorCode(failure.code) && errorEntry(failure.code).status < 500;
}
