import type { ChatSettings } from '@sluice/shared';
import type { MessageRecord } from '../../storage/message-store.ts';

/** A message as a file has it: its ids are the file's own. */
export type ImportedMessage = Pick<
  MessageRecord,
  | 'id'
  | 'parentId'
  | 'role'
  | 'content'
  | 'reasoning'
  | 'continuesId'
  | 'model'
  | 'provider'
  | 'endReason'
  | 'errorCode'
> & {
  /** Epoch ms; null when the file does not say. */
  createdAt: number | null;
};

/** An entry of a file, in whatever format it came. */
export interface ImportedConversation {
  title: string | null;
  /** Epoch ms; null when the file does not say. */
  createdAt: number | null;
  updatedAt: number | null;
  isPinned: boolean;
  isArchived: boolean;
  settings: ChatSettings;
  /** The one that the conversation goes on from is last. */
  messages: ImportedMessage[];
  /** Base64 by SHA-256, as the messages name them. */
  images: Map<string, { mediaType: string; data: string }>;
}

/** What most formats have nothing of. */
export const plainMessage = {
  reasoning: null,
  continuesId: null,
  model: null,
  provider: null,
  endReason: null,
  errorCode: null,
} satisfies Partial<ImportedMessage>;
