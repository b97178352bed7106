import { loadPatiently } from '../../ui/load-patiently.ts';
import { type ImageRefusal, MAX_FILE_MB, MAX_IMAGES } from './image-refusal.ts';
import type { OwnImage } from '../transcript/prompt-content.ts';
import { toBase64 } from '../transcript/stored-image.ts';

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
  /** Why files were not taken. */
  refusals: readonly ImageRefusal[];
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
  /** Ends when what was brought so far is ready: decoded, a photo takes hundreds of megabytes, and so one is at a time. */
  #readied: Promise<void> = Promise.resolve();

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
    for (const file of files) this.#addOne(file);
    await this.#readied;
  };

  readonly remove = (key: number): void =>
    this.#update({ images: this.#state.images.filter((image) => image.key !== key), refusals: [] });

  readonly clear = (): void => this.#update(empty);

  #addOne(file: File): void {
    const { name } = file;
    const why = this.#check(file);
    if (why !== null) return this.#refuse({ why, name });
    const key = ++this.#count;
    this.#update({ ...this.#state, images: [...this.#state.images, { key, name, ready: null }] });
    this.#readied = this.#readied.then(() => this.#makeReady(key, file));
  }

  async #makeReady(key: number, file: File): Promise<void> {
    if (!this.#state.images.some((image) => image.key === key)) return;
    const { name } = file;
    try {
      const blob = await this.#prepare(file);
      const image: OwnImage = { type: 'image', mediaType: blob.type, data: await toBase64(blob) };
      this.#put(key, { name, sizeBytes: blob.size, image });
    } catch {
      this.#drop(key, { why: 'unreadable', name });
    }
  }

  #refuse(refusal: ImageRefusal): void {
    const { images, refusals } = this.#state;
    const isKnown = refusals.some(({ why, name }) => why === refusal.why && name === refusal.name);
    if (!isKnown) this.#update({ images, refusals: [...refusals, refusal] });
  }

  #check({ type, size }: File): ImageRefusal['why'] | null {
    if (!type.startsWith('image/')) return 'no-image';
    if (size > MAX_FILE_MB * 2 ** 20) return 'too-large';
    return this.#state.images.length < MAX_IMAGES ? null : 'too-many';
  }

  #put(key: number, { name, ...ready }: { name: string; sizeBytes: number; image: OwnImage }): void {
    const others = this.#state.images.filter((image) => image.key !== key);
    // Removed while it was made ready.
    if (others.length === this.#state.images.length) return;
    const total = others.reduce((sum, image) => sum + (image.ready?.sizeBytes ?? 0), ready.sizeBytes);
    if (total > MAX_TOTAL_BYTES) {
      return this.#drop(key, { why: 'too-large-together', name });
    }
    const images = this.#state.images.map((image) => (image.key === key ? { ...image, ready } : image));
    this.#update({ ...this.#state, images });
  }

  #drop(key: number, refusal: ImageRefusal): void {
    const images = this.#state.images.filter((image) => image.key !== key);
    if (images.length === this.#state.images.length) return;
    this.#update({ ...this.#state, images });
    this.#refuse(refusal);
  }

  #update(state: ImageDraftState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
