import type { ChatRequest } from '@sluice/shared';
import type { Exchange } from './exchange.ts';

/** Answers that have ended and can still be gone on from, the latest; and the characters of what they were asked. */
const MAX_ENDED = 50;
const MAX_CHARACTERS = 256 * 1024;

/** Forgets the oldest of those that have ended, as far as there are too many, or too much is kept for them. */
export function forgetExchanges(exchanges: Map<string, Exchange>): void {
  const ended = Array.from(exchanges.values()).filter(({ isLive }) => !isLive);
  let characters = 0;
  for (const [index, { id, body }] of ended.toReversed().entries()) {
    characters += body === undefined ? 0 : measure(body);
    if (index >= MAX_ENDED || characters > MAX_CHARACTERS) exchanges.delete(id);
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
