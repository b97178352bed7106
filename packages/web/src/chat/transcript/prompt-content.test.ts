import { describe, expect, it } from 'vitest';
import { imagesOf, isSameContent, makeContent, makeMessage } from './prompt-content.ts';

const own = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
const stored = { type: 'image' as const, mediaType: 'image/png', sha256: 'f00' };

describe('the content of a prompt', () => {
  it('is a text where there is nothing else, cleaned of what the server refuses', () => {
    expect(makeContent('a\0b', [])).toBe('a\ufffdb');
    expect(makeContent(' \n', [])).toBeNull();
  });

  it('is images, then what is said of them, if anything', () => {
    expect(makeContent('Look', [own])).toEqual([own, { type: 'text', text: 'Look' }]);
    expect(makeContent('  ', [own])).toEqual([own]);
    expect(imagesOf(makeContent('Look', [own, stored]) ?? '')).toEqual([own, stored]);
  });

  it('is known again when the server has stored it', () => {
    const asked = makeContent('Look', [own]) ?? '';
    const text = { type: 'text' as const, text: 'Look' };
    expect(isSameContent(asked, [stored, text])).toBe(true);
    expect(isSameContent(asked, [text])).toBe(false);
    expect(isSameContent('Look', 'Look closer')).toBe(false);
  });

  it('is sent with the bytes of its stored images', async () => {
    expect(await makeMessage('Look', async () => own)).toEqual({ message: 'Look' });
    const content = makeContent('Look', [stored, own]) ?? '';
    expect(await makeMessage(content, async () => ({ ...own, data: 'BBBB' }))).toEqual({
      messages: [{ role: 'user', content: [{ ...own, data: 'BBBB' }, own, { type: 'text', text: 'Look' }] }],
    });
  });
});
