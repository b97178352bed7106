import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { conversationKeys } from '../api/conversation-cache.ts';
import { useSession } from '../api/session-context.ts';
import type { ImportReport } from './import-file.ts';

export interface Import {
  /** Null while it goes on. */
  report: ImportReport | null;
}

/** The one import of this page: null until a file is chosen, and again when its report has been put away. */
export function useImport() {
  const { connection } = useSession();
  const queries = useQueryClient();
  const [current, setCurrent] = useState<Import | null>(null);
  const start = async (file: File) => {
    setCurrent({ report: null });
    const { importFile } = await import('./import-file.ts');
    const report = await importFile(connection, file);
    setCurrent({ report });
    // From the first page on, however many had been scrolled to.
    await queries.resetQueries({ queryKey: conversationKeys.lists });
  };
  return { current, start, putAway: () => setCurrent(null) };
}
