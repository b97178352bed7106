import {
  type Connection,
  type ImportResult,
  SluiceError,
  importResultSchema,
  sendRequest,
} from '@sluice/shared';
import { t } from '../ui/text.ts';
import { MAX_BODY_BYTES, splitImport } from './split-import.ts';

/** What has come of an import, so far or in the end. */
export interface ImportReport {
  imported: ImportResult['conversations'];
  /** Entries left out, by their place in the file, from 0. */
  skipped: ImportResult['skipped'];
  /** Why it ended before its end. */
  error: string | null;
}

interface Part {
  body: Blob | string;
  indexes: readonly number[] | null;
}

/** Sends a file to the server, in parts when it is too large for one request. Never throws: the report says what went wrong. */
export async function importFile(connection: Connection, file: File): Promise<ImportReport> {
  const report: ImportReport = { imported: [], skipped: [], error: null };
  if (await isZip(file)) {
    const error = t('This is a ZIP archive. Unpack it, and choose the file conversations.json in it.');
    return { ...report, error };
  }
  try {
    const parts = await readParts(file, report);
    for (const part of parts) await sendPart(connection, part, report);
  } catch (error) {
    report.error = describe(error);
  }
  report.skipped.sort((a, b) => a.index - b.index);
  return report;
}

async function readParts(file: File, report: ImportReport): Promise<readonly Part[]> {
  if (file.size <= MAX_BODY_BYTES) return [{ body: file, indexes: null }];
  const { parts, tooLarge } = splitImport(await file.text());
  report.skipped.push(...tooLarge.map((index) => ({ index, reason: 'larger than 20 MiB' })));
  return parts;
}

async function sendPart(
  connection: Connection,
  { body, indexes }: Part,
  report: ImportReport,
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await sendRequest(connection, '/api/conversations/import', {
    method: 'POST',
    headers,
    body,
  });
  const { conversations, skipped } = importResultSchema.parse(await response.json());
  report.imported.push(...conversations);
  report.skipped.push(...skipped.map(({ index, reason }) => ({ index: indexes?.[index] ?? index, reason })));
}

/** What other services send is packed. */
async function isZip(file: File): Promise<boolean> {
  return (
    (await file
      .slice(0, 4)
      .text()
      .catch(() => '')) === 'PK\u0003\u0004'
  );
}

function describe(error: unknown): string {
  if (error instanceof SyntaxError) return t('This file is not a list of conversations in JSON.');
  if (error instanceof SluiceError) {
    // The file is the whole body, which is what the server calls it.
    return t('This file cannot be imported: {reason}', { reason: error.message.replace(/^body: /, '') });
  }
  return t('The server could not be reached. Check the connection and try again.');
}
