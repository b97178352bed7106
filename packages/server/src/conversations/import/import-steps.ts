import type { ImportResult } from '@sluice/shared';
import * as z from 'zod';
import type { StoredConversation } from '../../storage/conversation-store.ts';
import type { StoredImage } from '../../storage/image-store.ts';
import { imageHashesOf, textOf } from '../../storage/message-content.ts';
import type { MessageRecord } from '../../storage/message-store.ts';
import { indexWords } from '../../storage/search-words.ts';
import { readEntries } from './read-entries.ts';
import { type ImportRecords, toRecords } from './to-records.ts';

// zod/mini, which the shared schemas are written in, says no more than "Invalid input" without a language.
z.config(z.locales.en());

/** What a file comes to, in pieces small enough that taking one holds nobody up. */
export type ImportStep =
  | { type: 'format'; format: ImportResult['format'] }
  | { type: 'refused'; detail: string }
  /** Begins a conversation. */
  | { type: 'conversation'; conversation: StoredConversation; titleWords: string[] }
  /** Of the message that comes next. */
  | { type: 'image'; image: StoredImage }
  | MessagesStep
  /** Ends a conversation: all of it has come. */
  | { type: 'complete' }
  | { type: 'skipped'; index: number; reason: string };

export interface MessagesStep {
  type: 'messages';
  /** Parents before children. */
  messages: IndexedMessage[];
  /** Characters of all of them. */
  length: number;
}

/** A message and the words that it is found by. */
interface IndexedMessage {
  message: MessageRecord;
  words: string[];
}

/** Characters of one step's messages; one longer message is a step of its own. */
const STEP_LENGTH = 8192;
const STEP_MESSAGES = 25;
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

function* toSteps({ conversation, messages, images }: ImportRecords): Generator<ImportStep> {
  yield { type: 'conversation', conversation, titleWords: indexWords(conversation.title ?? '') };
  const unseen = new Map(images.map((image) => [image.hash, image]));
  let step: MessagesStep = { type: 'messages', messages: [], length: 0 };
  for (const message of messages) {
    const shown = new Set(imageHashesOf(message.content)).intersection(unseen);
    const text = textOf(message.content);
    const length = text.length + (message.reasoning?.length ?? 0);
    const isFull = step.messages.length === STEP_MESSAGES || step.length + length > STEP_LENGTH;
    if (step.messages.length > 0 && (isFull || shown.size > 0)) {
      yield step;
      step = { type: 'messages', messages: [], length: 0 };
    }
    for (const hash of shown) {
      const image = unseen.get(hash);
      if (image !== undefined) yield { type: 'image', image };
      unseen.delete(hash);
    }
    step.messages.push({ message, words: indexWords(text) });
    step.length += length;
  }
  if (step.messages.length > 0) yield step;
  yield { type: 'complete' };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
