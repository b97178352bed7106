import { Dialog } from '../ui/dialog.tsx';
import type { ImportReport } from './import-file.ts';

interface ImportDialogProps {
  /** Null while it goes on. */
  report: ImportReport | null;
  onClose: () => void;
}

function count(amount: number, one: string): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : `${one}s`}`;
}

export function ImportDialog({ report, onClose }: ImportDialogProps) {
  return (
    <Dialog title="Import" onClose={onClose}>
      {report === null ? <p role="status">Importing…</p> : <Report report={report} />}
    </Dialog>
  );
}

function Report({ report: { imported, skipped, error } }: { report: ImportReport }) {
  const messages = imported.reduce((sum, conversation) => sum + conversation.messages, 0);
  return (
    <div className="grid gap-3">
      {error !== null && (
        <p role="alert" className="notice-danger">
          {error}
        </p>
      )}
      {(error === null || imported.length > 0) && (
        <p role="status">
          Imported {count(imported.length, 'conversation')} with {count(messages, 'message')}.
        </p>
      )}
      {skipped.length > 0 && (
        <>
          <p>Left out:</p>
          <ul className="max-h-48 overflow-y-auto text-sm text-ink-soft">
            {skipped.map(({ index, reason }) => (
              <li key={index}>
                No. {index + 1}: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
