import { Suspense, lazy, useRef } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { loadPatiently } from '../../ui/load-patiently.ts';
import { t } from '../../ui/text.ts';
import { useFileDrop } from './use-file-drop.ts';
import { useFilePaste } from './use-file-paste.ts';
import type { ImageDraftUse } from './use-image-draft.ts';

// Nothing of it is seen before there is an image.
const ImageTray = lazy(async () => ({
  default: (await loadPatiently(() => import('./image-tray.tsx'))).ImageTray,
}));

/** The images that go with what is written, why others do not, and where more can be dropped. */
export function ComposerImages({ draft }: { draft: ImageDraftUse }) {
  const isOver = useFileDrop(draft.add);
  useFilePaste(draft.add);
  return (
    <>
      {isOver && (
        <div className="drop-target" aria-hidden="true">
          <p>
            <Icon name="image" className="size-6 shrink-0" />
            {t('Drop images to attach them')}
          </p>
        </div>
      )}
      {draft.chips.length > 0 && (
        <Suspense fallback={<div className="image-tray" />}>
          <ImageTray images={draft.chips} onRemove={draft.remove} />
        </Suspense>
      )}
      {draft.notes.length > 0 && (
        <div role="alert" className="composer-note">
          <ul>
            {draft.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** Opens the system's own choice of files. */
export function ImagePicker({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="icon-button size-9"
        aria-label={t('Attach images')}
        title={t('Attach images')}
        onClick={() => input.current?.click()}
      >
        <Icon name="image" className="size-5" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen once more.
          target.value = '';
        }}
      />
    </>
  );
}
