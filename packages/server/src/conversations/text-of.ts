import type { Message } from '@sluice/shared';
import type { MessageRecord } from '../storage/message-store.ts';

/** @returns what a message says, without its images */
export function textOf(content: MessageRecord['content'] | Message['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
