import { type ImportResult, SluiceError } from '@sluice/shared';
import type { Database } from '../../storage/database.ts';
import type { ImportStep } from './import-steps.ts';
import { ImportWriter } from './import-writer.ts';

/**
 * Stores what a file has, a conversation after the other: each wholly or not at all.
 * @throws {SluiceError} `invalid_request` for a file of an unknown kind; nothing has been stored then
 */
export async function importConversations(
  database: Database,
  steps: AsyncIterable<ImportStep>,
): Promise<ImportResult> {
  const result: ImportResult = { format: 'sluice', conversations: [], skipped: [] };
  await using writer = new ImportWriter(database);
  for await (const step of steps) {
    switch (step.type) {
      case 'refused':
        throw new SluiceError('invalid_request', { detail: step.detail });
      case 'format':
        result.format = step.format;
        break;
      case 'conversation':
        writer.begin(step);
        break;
      case 'image':
        writer.addImage(step.image);
        break;
      case 'messages':
        await writer.add(step);
        break;
      case 'complete':
        result.conversations.push(await writer.complete());
        break;
      case 'skipped':
        result.skipped.push({ index: step.index, reason: step.reason });
        break;
      default:
        step satisfies never;
    }
  }
  return result;
}
