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

const formats: { is: (entry: object) => boolean; format: ImportFormat }[] = [
  {
    is: (entry) => 'format' in entry && entry.format === EXPORT_FORMAT,
    format: { name: 'sluice', read: readSluice },
  },
  { is: (entry) => 'mapping' in entry, format: { name: 'chatgpt', read: readChatgpt } },
  { is: (entry) => 'chat_messages' in entry, format: { name: 'claude', read: readClaude } },
];

/**
 * What a file is, by the first entry of a known kind: one conversation, or a list of them.
 * @returns null for a file that has none
 */
export function readEntries(file: unknown): { format: ImportFormat; entries: readonly unknown[] } | null {
  const entries: readonly unknown[] = Array.isArray(file) ? file : [file];
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null) continue;
    const known = formats.find(({ is }) => is(entry));
    if (known !== undefined) return { format: known.format, entries };
  }
  return null;
}
