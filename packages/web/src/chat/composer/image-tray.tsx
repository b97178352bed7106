import { Icon } from '../../ui/icon.tsx';
import { formatNumber } from '../../ui/format.ts';
import { t } from '../../ui/text.ts';
import type { DraftImage } from './image-draft.ts';

interface ImageTrayProps {
  images: readonly DraftImage[];
  onRemove: (key: number) => void;
}

function readSize(bytes: number): string {
  if (bytes < 1_000_000) return t('{size} KB', { size: formatNumber(Math.max(1, Math.round(bytes / 1000))) });
  return t('{size} MB', { size: formatNumber(bytes / 1_000_000, { maximumFractionDigits: 1 }) });
}

/** The images that go with what is being written. */
export function ImageTray({ images, onRemove }: ImageTrayProps) {
  return (
    <ul aria-label={t('Attached images')} className="image-tray">
      {images.map(({ key, name, ready }) => (
        <li key={key} className="image-chip" aria-busy={ready === null}>
          {ready === null ? (
            <span className="image-thumbnail" />
          ) : (
            <img
              className="image-thumbnail"
              src={`data:${ready.image.mediaType};base64,${ready.image.data}`}
              alt=""
            />
          )}
          <span className="min-w-0">
            <span className="block truncate text-sm font-medium">{name}</span>
            <span className="block text-xs text-ink-soft">
              {ready === null ? t('Being made ready…') : readSize(ready.sizeBytes)}
            </span>
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={t('Remove {name}', { name })}
            title={t('Remove')}
            onClick={() => onRemove(key)}
          >
            <Icon name="close" className="size-4" />
          </button>
        </li>
      ))}
    </ul>
  );
}
