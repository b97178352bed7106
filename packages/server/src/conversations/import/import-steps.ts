import type { ImportResult } from '@sluice/shared';
import * as z from 'zod';
import type { StoredConversation } from '../../storage/conversation-store.ts';
import type { StoredImage } from '../../storage/image-store.ts';
import type { MessageRecord } from '../../storage/message-store.ts';
import { indexWords } from '../../storage/search-words.ts';
import { textOf } from '../text-of.ts';
import { readEntries } from './read-entries.ts';
import { toRecords } from './to-records.ts';

// zod/mini, which the shared schemas are written in, says no more than "Invalid input" without a language.
z.config(z.locales.en());

/** What a file comes to, in pieces small enough that taking one holds nobody up. */
export type ImportStep =
  | { type: 'format'; format: ImportResult['format'] }
  | { type: 'refused'; detail: string }
  | { type: 'images'; images: StoredImage[] }
  | { type: 'messages'; messages: IndexedMessage[] }
  /** Ends a conversation: its images and messages have come before. */
  | { type: 'conversation'; conversation: StoredConversation; titleWords: string[] }
  | { type: 'skipped'; index: number; reason: string };

/** A message and the words that it is found by. */
export interface IndexedMessage {
  message: MessageRecord;
  words: string[];
}

/** Characters of one step's messages; one longer message is a step of its own. */
const STEP_LENGTH = 8192;
const MAX_MESSAGES = 50_000;

/**
 * Reads the files that `readEntries` knows. Takes long: it runs beside the main thread.
 * @param bytes of a JSON text in UTF-8
 */
export function* readImport(
  bytes: Uint8Array,
  owner: { userId: string; now: number },
): Generator<ImportStep, void, undefined> {
  const file = parse(bytes);
  if (file === undefined) return yield { type: 'refused', detail: 'body: must be JSON in UTF-8' };
  const found = readEntries(file);
  if (found === null) {
    const known = "Sluice's own JSON export, or the conversations.json of ChatGPT or Claude";
    return yield { type: 'refused', detail: `body: must be ${known}` };
  }
  const { format, entries } = found;
  yield { type: 'format', format: format.name };
  for (const [index, entry] of entries.entries()) {
    try {
      const imported = format.read(entry);
      if (imported.messages.length > MAX_MESSAGES) {
        yield { type: 'skipped', index, reason: `more than ${MAX_MESSAGES} messages` };
      } else yield* toSteps(toRecords(imported, owner));
    } catch (error) {
      if (!(error instanceof z.core.$ZodError)) throw error;
      const [issue] = error.issues;
      yield { type: 'skipped', index, reason: `${issue?.path.join('.') || 'entry'}: ${issue?.message}` };
    }
  }
}

function* toSteps({ conversation, messages, images }: ReturnType<typeof toRecords>): Generator<ImportStep> {
  for (const image of images) yield { type: 'images', images: [image] };
  let step: IndexedMessage[] = [];
  let length = 0;
  for (const message of messages) {
    const text = textOf(message.content);
    if (length > 0 && length + text.length > STEP_LENGTH) {
      yield { type: 'messages', messages: step };
      [step, length] = [[], 0];
    }
    step.push({ message, words: indexWords(text) });
    length += text.length + 1;
  }
  if (step.length > 0) yield { type: 'messages', messages: step };
  yield { type: 'conversation', conversation, titleWords: indexWords(conversation.title ?? '') };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
