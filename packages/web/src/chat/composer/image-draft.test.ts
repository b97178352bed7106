import { beforeEach, describe, expect, it, vi } from 'vitest';
import { speak } from '../../ui/text.ts';
import { ImageDraft } from './image-draft.ts';
import { sayRefusal } from './image-refusal.ts';

/** What `toBase64` needs of the platform. */
class FakeReader {
  result = '';
  onload = () => {};
  readAsDataURL(blob: Blob) {
    this.result = `data:${blob.type};base64,${blob.size}`;
    queueMicrotask(() => this.onload());
  }
}

const file = (name: string, { type = 'image/png', size = 3 } = {}) =>
  new File(['x'.repeat(size)], name, { type });

function begin(prepare: (file: Blob) => Promise<Blob> = async (blob) => blob) {
  const draft = new ImageDraft(prepare);
  const names = () => draft.getState().images.map(({ name }) => name);
  const refusals = () => draft.getState().refusals.map(sayRefusal);
  return { draft, names, refusals };
}

describe('the images of a draft', () => {
  beforeEach(() => {
    vi.stubGlobal('FileReader', FakeReader);
  });

  it('are made ready one at a time, in the order in which they were chosen', async () => {
    const waits: (() => void)[] = [];
    const { draft, names } = begin(async (blob) => {
      await new Promise<void>((resolve) => waits.push(resolve));
      return blob;
    });
    const added = draft.add([file('a.png'), file('b.png')]);
    expect(draft.getState().images.map(({ ready }) => ready)).toEqual([null, null]);
    await vi.waitFor(() => expect(waits).toHaveLength(1));
    const addedToo = draft.add([file('c.png')]);
    await Promise.resolve();
    expect(waits).toHaveLength(1);
    waits[0]?.();
    await vi.waitFor(() => expect(waits).toHaveLength(2));
    expect(draft.getState().images.map(({ ready }) => ready !== null)).toEqual([true, false, false]);
    waits[1]?.();
    await vi.waitFor(() => expect(waits).toHaveLength(3));
    waits[2]?.();
    await Promise.all([added, addedToo]);
    expect(names()).toEqual(['a.png', 'b.png', 'c.png']);
    expect(draft.getState().images[0]?.ready).toEqual({
      sizeBytes: 3,
      image: { type: 'image', mediaType: 'image/png', data: '3' },
    });
  });

  it('are refused one by one, each with its reason, until something else is chosen', async () => {
    const { draft, names, refusals } = begin(async (blob) => {
      if (blob.size === 4) throw new Error('no picture');
      return blob;
    });
    const huge = file('huge.png');
    Object.defineProperty(huge, 'size', { value: 33 * 2 ** 20 });
    await draft.add([
      file('a.pdf', { type: 'application/pdf' }),
      file('b.png', { size: 4 }),
      huge,
      file('c.png'),
    ]);
    expect(names()).toEqual(['c.png']);
    expect(refusals()).toEqual([
      'a.pdf is not an image: only images can be attached.',
      'huge.png is too large: at most 32 MB.',
      'b.png could not be read as an image.',
    ]);
    vi.stubGlobal('document', { documentElement: {} });
    await speak('de');
    expect(refusals()[2]).toBe('b.png ließ sich nicht als Bild lesen.');
    await speak('en');
    await draft.add([file('d.png')]);
    expect(refusals()).toEqual([]);
  });

  it('are no more, and no larger together, than one request takes', async () => {
    const { draft, names, refusals } = begin();
    await draft.add(Array.from({ length: 9 }, (_, index) => file(`${index}.png`)));
    expect(names()).toHaveLength(8);
    expect(refusals()).toEqual(['8.png was left out: at most 8 images.']);
    const large = begin(async () => new Blob(['x'.repeat(5 * 2 ** 20)], { type: 'image/jpeg' }));
    await large.draft.add(['a', 'b', 'c'].map((name) => file(name)));
    expect(large.names()).toEqual(['a', 'b']);
    expect(large.refusals()).toEqual(['c was left out: the images are too large together.']);
  });

  it('do not come back when they were removed before they were ready', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { draft, names } = begin(async (blob) => promise.then(() => blob));
    const added = draft.add([file('a.png')]);
    draft.remove(draft.getState().images[0]?.key ?? 0);
    resolve();
    await added;
    expect(names()).toEqual([]);
  });
});
