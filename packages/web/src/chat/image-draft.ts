import { loadPatiently } from '../ui/load-patiently.ts';
import { t } from '../ui/text.ts';
import type { OwnImage } from './prompt-content.ts';
import { toBase64 } from './stored-image.ts';

/** With one prompt. */
const MAX_IMAGES = 8;
/** Of a file that is tried at all, in bytes. */
const MAX_FILE_BYTES = 32 * 2 ** 20;
/** Of all images of a prompt: as base64 they are a third more, and a request has 20 MiB. */
const MAX_TOTAL_BYTES = 13 * 2 ** 20;

export interface DraftImage {
  key: number;
  name: string;
  /** Of what is sent; null while it is made ready. */
  ready: { sizeBytes: number; image: OwnImage } | null;
}

export interface ImageDraftState {
  images: readonly DraftImage[];
  /** Why files were not taken, in words for the person who chose them. */
  refusals: readonly string[];
}

/** Makes a file ready to be sent. @throws when it cannot be decoded */
type Prepare = (file: Blob) => Promise<Blob>;

const prepareHere: Prepare = async (file) => {
  const { prepareImage } = await loadPatiently(() => import('./prepare-image.ts'));
  return prepareImage(file);
};

const empty: ImageDraftState = { images: [], refusals: [] };

/** The images of a prompt that is being written. Methods may be passed on as they are. */
export class ImageDraft {
  readonly #prepare: Prepare;
  readonly #listeners = new Set<() => void>();
  #state = empty;
  #count = 0;

  /** @param prepare replaces the browser's own, for tests */
  constructor(prepare: Prepare = prepareHere) {
    this.#prepare = prepare;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): ImageDraftState => this.#state;

  /** Takes what it can of some files, and says why it does not take the others. */
  readonly add = async (files: readonly File[]): Promise<void> => {
    this.#update({ ...this.#state, refusals: [] });
    await Promise.all(files.map((file) => this.#addOne(file)));
  };

  readonly remove = (key: number): void =>
    this.#update({ images: this.#state.images.filter((image) => image.key !== key), refusals: [] });

  readonly clear = (): void => this.#update(empty);

  async #addOne(file: File): Promise<void> {
    const refusal = this.#check(file);
    if (refusal !== null) return this.#refuse(refusal);
    const key = ++this.#count;
    const { name } = file;
    this.#update({ ...this.#state, images: [...this.#state.images, { key, name, ready: null }] });
    try {
      const blob = await this.#prepare(file);
      const image: OwnImage = { type: 'image', mediaType: blob.type, data: await toBase64(blob) };
      this.#put(key, { name, sizeBytes: blob.size, image });
    } catch {
      this.#drop(key, t('{name} could not be read as an image.', { name }));
    }
  }

  #refuse(reason: string): void {
    const { images, refusals } = this.#state;
    if (!refusals.includes(reason)) this.#update({ images, refusals: [...refusals, reason] });
  }

  #check({ name, type, size }: File): string | null {
    if (!type.startsWith('image/'))
      return t('{name} is not an image: only images can be attached.', { name });
    if (size > MAX_FILE_BYTES) return t('{name} is too large: at most {count} MB.', { name, count: 32 });
    if (this.#state.images.length < MAX_IMAGES) return null;
    return t('{name} was left out: at most {count} images.', { name, count: MAX_IMAGES });
  }

  #put(key: number, { name, ...ready }: { name: string; sizeBytes: number; image: OwnImage }): void {
    const others = this.#state.images.filter((image) => image.key !== key);
    // Removed while it was made ready.
    if (others.length === this.#state.images.length) return;
    const total = others.reduce((sum, image) => sum + (image.ready?.sizeBytes ?? 0), ready.sizeBytes);
    if (total > MAX_TOTAL_BYTES) {
      return this.#drop(key, t('{name} was left out: the images are too large together.', { name }));
    }
    const images = this.#state.images.map((image) => (image.key === key ? { ...image, ready } : image));
    this.#update({ ...this.#state, images });
  }

  #drop(key: number, reason: string): void {
    const images = this.#state.images.filter((image) => image.key !== key);
    if (images.length === this.#state.images.length) return;
    this.#update({ ...this.#state, images });
    this.#refuse(reason);
  }

  #update(state: ImageDraftState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
