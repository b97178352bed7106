import type { Message, StoredPart } from '@sluice/shared';

/** As a message stores it: images by their hashes. */
type StoredContent = string | readonly StoredPart[];

/** @returns what a message says, without its images */
export function textOf(content: StoredContent | Message['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** @returns SHA-256 of each of its images, in hex */
export function imageHashesOf(content: StoredContent): string[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => (part.type === 'image' ? [part.sha256] : []));
}
