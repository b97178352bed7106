import type { ImportResult } from '@sluice/shared';
import { EXPORT_FORMAT } from '../export-conversation.ts';
import type { ImportedConversation } from './imported-conversation.ts';
import { readChatgpt } from './read-chatgpt.ts';
import { readClaude } from './read-claude.ts';
import { readSluice } from './read-sluice.ts';

export interface ImportFormat {
  name: ImportResult['format'];
  /** @throws {z.core.$ZodError} for an entry that is not what its format says */
  read: (entry: unknown) => ImportedConversation;
}

const formats: { has: string; format: ImportFormat }[] = [
  { has: 'mapping', format: { name: 'chatgpt', read: readChatgpt } },
  { has: 'chat_messages', format: { name: 'claude', read: readClaude } },
];

/**
 * What a file is, by its first entry: one conversation, or a list of them.
 * @returns null for a file of another kind
 */
export function readEntries(file: unknown): { format: ImportFormat; entries: readonly unknown[] } | null {
  const entries: readonly unknown[] = Array.isArray(file) ? file : [file];
  const first = entries.find((entry) => typeof entry === 'object' && entry !== null);
  if (first === undefined) return null;
  if ('format' in first && first.format === EXPORT_FORMAT) {
    return { format: { name: 'sluice', read: readSluice }, entries };
  }
  const found = formats.find(({ has }) => has in first);
  return found === undefined ? null : { format: found.format, entries };
}
