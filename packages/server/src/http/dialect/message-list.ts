import type { Message } from '@sluice/shared';
import type { NamedPart } from './foreign-request.ts';
import { refuseField } from './refuse-field.ts';

/** Gathers what was said in our words, and remembers where the caller has it. */
export class MessageList {
  readonly messages: Message[] = [];
  readonly names = new Map<string, string>();

  /**
   * An answer of which nothing came is passed over: chats have those in their histories.
   * @param field where the caller has the message
   * @throws {SluiceError} `invalid_request` for a user who says nothing
   */
  add(role: Message['role'], content: string | readonly NamedPart[], field: string): void {
    if (content.length === 0) {
      if (role === 'user') refuseField(`${field}.content`, 'must not be empty');
      return;
    }
    if (typeof content === 'string') {
      this.messages.push({ role, content });
      return;
    }
    for (const [index, named] of content.entries()) {
      this.names.set(`messages.${this.messages.length}.content.${index}`, named.field);
    }
    this.messages.push({ role, content: content.map(({ part }) => part) });
  }

  /** @throws {SluiceError} `invalid_request` unless it is the user who has spoken last */
  requireQuestion(): void {
    if (this.messages.at(-1)?.role === 'user') return;
    refuseField(
      'messages',
      "the last message's role must be user; an answer that is begun is not gone on with",
    );
  }
}
