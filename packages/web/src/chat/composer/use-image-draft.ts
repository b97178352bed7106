import { useCallback, useState, useSyncExternalStore } from 'react';
import { t } from '../../ui/text.ts';
import type { DraftImage, ImageDraft } from './image-draft.ts';
import { sayRefusal } from './image-refusal.ts';
import type { OwnImage } from '../transcript/prompt-content.ts';

export interface ImageDraftUse {
  chips: readonly DraftImage[];
  /** Those that are ready to be sent. */
  list: readonly OwnImage[];
  /** Whether all of them may be sent now. */
  isReady: boolean;
  /** What is to be said about them, in order. */
  notes: readonly string[];
  add: (files: readonly File[]) => void;
  remove: (key: number) => void;
  clear: () => void;
}

/** @param imagelessModel the model's name, where it takes no images */
export function useImageDraft(draft: ImageDraft, imagelessModel: string | null): ImageDraftUse {
  const { images, refusals } = useSyncExternalStore(draft.subscribe, draft.getState);
  const reason =
    imagelessModel === null
      ? null
      : t('{model} takes no images. Choose another model to attach some.', { model: imagelessModel });
  // Told when some are brought, or have been before the model was chosen.
  const [told, setTold] = useState<string | null>(null);
  const isTold = reason !== null && (told === imagelessModel || images.length > 0);
  const said = refusals.map(sayRefusal);
  const add = useCallback(
    (files: readonly File[]) => (imagelessModel === null ? void draft.add(files) : setTold(imagelessModel)),
    [draft, imagelessModel],
  );
  return {
    chips: images,
    list: images.flatMap(({ ready }) => ready?.image ?? []),
    isReady: images.length === 0 || (reason === null && images.every(({ ready }) => ready !== null)),
    notes: isTold ? [...said, reason] : said,
    add,
    remove: draft.remove,
    clear() {
      draft.clear();
      setTold(null);
    },
  };
}
