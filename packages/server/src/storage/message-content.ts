import type { Message } from '@sluice/shared';
import type { MessageRecord } from './message-store.ts';

/** @returns what a message says, without its images */
export function textOf(content: MessageRecord['content'] | Message['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** @returns SHA-256 of each of its images, in hex */
export function imageHashesOf(content: MessageRecord['content']): string[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => (part.type === 'image' ? [part.sha256] : []));
}
