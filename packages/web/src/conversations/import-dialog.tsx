import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/text.ts';
import type { ImportReport } from './import-file.ts';

interface ImportDialogProps {
  /** Null while it goes on. */
  report: ImportReport | null;
  onClose: () => void;
}

export function ImportDialog({ report, onClose }: ImportDialogProps) {
  return (
    <Dialog title={t('Import')} onClose={onClose}>
      {report === null ? <p role="status">{t('Importing…')}</p> : <Report report={report} />}
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
          {t(
            'Imported {count, plural, one {# conversation} other {# conversations}} with {messages, plural, one {# message} other {# messages}}.',
            { count: imported.length, messages },
          )}
        </p>
      )}
      {skipped.length > 0 && (
        <>
          <p>{t('Left out:')}</p>
          <ul className="max-h-48 overflow-y-auto text-sm text-ink-soft">
            {skipped.map(({ index, reason }) => (
              <li key={index}>{t('No. {number}: {reason}', { number: index + 1, reason })}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
