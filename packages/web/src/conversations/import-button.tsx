import { Suspense, lazy, useRef } from 'react';
import { Icon } from '../ui/icon.tsx';
import { loadPatiently } from '../ui/load-patiently.ts';
import { t } from '../ui/text.ts';
import { useImport } from './use-import.ts';

const ImportDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('./import-dialog.tsx'))).ImportDialog,
}));

/** Takes a file of conversations: Sluice's own, or what ChatGPT and Claude give away. */
export function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const { current, start, putAway } = useImport();
  return (
    <>
      <button type="button" className="foot-button" onClick={() => input.current?.click()}>
        <Icon name="upload" className="size-4" />
        {t('Import')}
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label={t('File to import')}
        tabIndex={-1}
        className="hidden"
        onChange={({ target }) => {
          const file = target.files?.[0];
          // The same file can be chosen again.
          target.value = '';
          if (file !== undefined) void start(file);
        }}
      />
      <Suspense>{current !== null && <ImportDialog {...current} onClose={putAway} />}</Suspense>
    </>
  );
}
