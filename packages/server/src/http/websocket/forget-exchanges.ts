import type { ChatRequest } from '@sluice/shared';
import type { Exchange } from './exchange.ts';

/** Answers that have ended and are still known, the latest; and the characters that are kept so that they can be gone on from. */
const MAX_ENDED = 50;
const MAX_CHARACTERS = 256 * 1024;

/**
 * Forgets the oldest of those that have ended, as far as there are too many. Of what they were asked the latest is kept, and of that
 * nothing for which there is no room: one that is large takes it from none but itself.
 */
export function forgetExchanges<Kept extends Pick<Exchange, 'id' | 'isLive' | 'body' | 'forgetBody'>>(
  exchanges: Map<string, Kept>,
): void {
  const ended = Array.from(exchanges.values()).filter(({ isLive }) => !isLive);
  let room = MAX_CHARACTERS;
  for (const [index, exchange] of ended.toReversed().entries()) {
    const characters = exchange.body === undefined ? 0 : measure(exchange.body);
    if (index >= MAX_ENDED) exchanges.delete(exchange.id);
    else if (characters > room) exchange.forgetBody();
    else room -= characters;
  }
}

/** Characters of a request, about, without writing it out. */
function measure({ message = '', messages = [], systemPrompt = '', system = '' }: ChatRequest): number {
  let characters = message.length + systemPrompt.length + system.length;
  for (const { content } of messages) {
    if (typeof content === 'string') characters += content.length;
    else for (const part of content) characters += 'text' in part ? part.text.length : part.data.length;
  }
  return characters;
}
