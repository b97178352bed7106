import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeModelsConfig } from '../packages/server/test/_support/write-models-config.ts';
import { type Watch, hasChromium, signIn, watch } from './_support/browser.ts';
import { bring, drawImage, turnSideways } from './_support/image-files.ts';
import { useBrowser } from './_support/use-browser.ts';

interface SentPart {
  type: string;
  text?: string;
  source?: { media_type: string; data: string };
}

describe.skipIf(!hasChromium)('images in prompts', () => {
  const here = useBrowser({ role: 'user' }, (upstream) => ({
    ANTHROPIC_API_KEY: 'sk-ant-canary',
    ANTHROPIC_BASE_URL: upstream.url,
    SLUICE_CONFIG: writeModelsConfig({
      defaultModel: 'anthropic/seeing',
      models: {
        'anthropic/seeing': { name: 'Seeing', capabilities: { images: true } },
        'anthropic/blind': { name: 'Blind', capabilities: { images: false } },
      },
    }),
  }));
  let context: BrowserContext;
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    context = await here.browser.newContext({ viewport: { width: 1100, height: 800 } });
    page = await signIn(context, here.server.url);
    seen = watch(page);
  });
  beforeEach(async () => {
    await page.goto(here.server.url);
    await composer().waitFor();
  });
  afterEach(() => expect(seen.problems).toEqual([]));
  afterAll(() => context.close());

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const chips = () => page.getByRole('list', { name: 'Attached images' }).getByRole('listitem');
  const notes = () => page.locator('.composer').getByRole('alert');
  const prompt = () => page.getByRole('article', { name: 'You' }).last();
  const answer = () => page.getByRole('article', { name: 'Assistant' }).last();
  const pick = (files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.locator('.composer input[type=file]').setInputFiles(files);
  const chooseModel = async (name: string) => {
    await button('Model').click();
    await page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) }).click();
  };
  /** The parts of the last prompt that the upstream was asked. */
  const sentParts = () => {
    const { messages } = here.upstream.lastReceived.body as { messages?: { content: SentPart[] | string }[] };
    const content = messages?.at(-1)?.content ?? [];
    return typeof content === 'string' ? [{ type: 'text', text: content } satisfies SentPart] : content;
  };
  const sizeOf = (part: SentPart | undefined) =>
    page.evaluate(
      async ({ media_type: type, data }) => {
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
        const { width, height } = await createImageBitmap(new Blob([bytes], { type }));
        return { type, width, height };
      },
      part?.source ?? { media_type: '', data: '' },
    );

  it('C9: takes pasted, dropped and picked images as chips, sends them smaller and without what cameras tell, and shows them', async () => {
    const png = await drawImage(page, { name: 'small.png', type: 'image/png', width: 60, height: 40 });
    const wide = await drawImage(page, { name: 'wide.png', type: 'image/png', width: 4000, height: 1000 });
    const photo = await drawImage(page, { name: 'photo.jpg', type: 'image/jpeg', width: 300, height: 200 });
    await bring(page, 'paste', { files: [png] });
    await expect.poll(() => chips().count()).toBe(1);
    await bring(page, 'dragover', { files: [wide] });
    await page.getByText('Drop images to attach them').waitFor();
    await bring(page, 'drop', { files: [wide, turnSideways(photo, 'Owner of the camera')] });
    expect(await page.getByText('Drop images to attach them').count()).toBe(0);
    await pick([{ ...png, name: 'picked.png' }]);
    await expect.poll(() => chips().count()).toBe(4);
    await expect.poll(() => chips().filter({ hasText: /KB/ }).count()).toBe(4);
    for (const name of ['small.png', 'wide.png', 'photo.jpg', 'picked.png']) {
      const chip = chips().filter({ hasText: name });
      expect(
        await chip.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth),
      ).toBeGreaterThan(0);
    }
    await page.getByRole('button', { name: 'Remove picked.png' }).click();
    await expect.poll(() => chips().count()).toBe(3);

    here.upstream.script({ text: 'Three pictures.' });
    await composer().fill('What is this?');
    await composer().press('Enter');
    expect(await prompt().locator('img').count()).toBe(3);
    expect(await chips().count()).toBe(0);
    await expect.poll(() => answer().innerText()).toContain('Three pictures.');
    const parts = sentParts();
    expect(parts.map(({ type }) => type)).toEqual(['image', 'image', 'image', 'text']);
    expect(parts[3]?.text).toBe('What is this?');
    expect(await sizeOf(parts[0])).toEqual({ type: 'image/png', width: 60, height: 40 });
    expect(await sizeOf(parts[1])).toEqual({ type: 'image/png', width: 1568, height: 392 });
    // Upright, and of nobody.
    expect(await sizeOf(parts[2])).toEqual({ type: 'image/jpeg', width: 200, height: 300 });
    expect(photo.buffer.length).toBeGreaterThan(0);
    expect(atob(parts[2]?.source?.data ?? '')).not.toContain('Owner');
    await page.reload();
    await expect.poll(() => prompt().locator('img').count()).toBe(3);
    await prompt().getByRole('button', { name: 'Attached to the prompt' }).nth(1).click();
    const large = page.getByRole('dialog', { name: 'Attached to the prompt' }).locator('img');
    await expect.poll(async () => (await large.boundingBox())?.width).toBeGreaterThan(900);
    await page.keyboard.press('Escape');
    await expect.poll(() => large.count()).toBe(0);
  });

  it('C9: keeps the images of a prompt that is asked again or otherwise', async () => {
    here.upstream.script({ text: 'First.' });
    await pick([await drawImage(page, { name: 'kept.png', type: 'image/png', width: 30, height: 30 })]);
    await expect.poll(() => chips().filter({ hasText: /KB/ }).count()).toBe(1);
    await composer().fill('Look');
    await button('Send').click();
    await expect.poll(() => answer().innerText()).toContain('First.');
    await button('Send').waitFor();
    await page.reload();
    await expect.poll(() => prompt().locator('img').count()).toBe(1);
    here.upstream.script({ text: 'Second.' });
    await button('Regenerate').click();
    await expect.poll(() => answer().innerText()).toContain('Second.');
    await button('Send').waitFor();
    expect(await sizeOf(sentParts()[0])).toEqual({ type: 'image/png', width: 30, height: 30 });
    here.upstream.script({ text: 'Third.' });
    await prompt().hover();
    await button('Edit').click();
    await page.getByRole('textbox', { name: 'Edit prompt' }).fill('Look closer');
    await button('Ask again').click();
    await expect.poll(() => answer().innerText()).toContain('Third.');
    expect(sentParts().map(({ type }) => type)).toEqual(['image', 'text']);
    expect(sentParts()[1]?.text).toBe('Look closer');
    expect(await sizeOf(sentParts()[0])).toEqual({ type: 'image/png', width: 30, height: 30 });
    expect(await prompt().locator('img').count()).toBe(1);
  });

  it('C9: refuses with a reason what is no image, cannot be decoded, is too large or one too many, and pastes text as text', async () => {
    const png = await drawImage(page, { name: 'one.png', type: 'image/png', width: 20, height: 20 });
    const pdf = { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') };
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await pick([pdf, broken, png]);
    await expect.poll(() => notes().innerText()).toContain('notes.pdf is not an image');
    await expect.poll(() => notes().innerText()).toContain('broken.png could not be read as an image');
    await expect.poll(() => chips().count()).toBe(1);
    await pick([{ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(33 * 2 ** 20) }]);
    await expect.poll(() => notes().innerText()).toMatch(/^huge\.png is too large: at most 32 MB/);
    await pick(Array.from({ length: 8 }, (_, index) => ({ ...png, name: `more${index}.png` })));
    await expect.poll(() => notes().innerText()).toBe('more7.png was left out: at most 8 images.');
    expect(await chips().count()).toBe(8);
    // What has words too is words: a table copied from a spreadsheet brings a picture of itself.
    await bring(page, 'paste', { files: [png], text: 'a\tb' });
    expect(await chips().count()).toBe(8);
    await composer().fill('');
    await page.evaluate(() => document.execCommand('insertText', false, 'x'.repeat(9000)));
    expect(await composer().inputValue()).toHaveLength(9000);
    expect(await chips().count()).toBe(8);
  });

  it('C9: takes no images for a model that sees none, and keeps those of a chat while another one is looked at', async () => {
    const png = await drawImage(page, { name: 'mine.png', type: 'image/png', width: 20, height: 20 });
    await chooseModel('Blind');
    await bring(page, 'paste', { files: [png] });
    await expect.poll(() => notes().innerText()).toMatch(/^Blind takes no images\./);
    expect(await chips().count()).toBe(0);
    await chooseModel('Seeing');
    await expect.poll(() => notes().count()).toBe(0);
    await bring(page, 'paste', { files: [png] });
    await expect.poll(() => chips().filter({ hasText: /KB/ }).count()).toBe(1);
    expect(await button('Send').isEnabled()).toBe(true);
    await chooseModel('Blind');
    await expect.poll(() => notes().innerText()).toMatch(/^Blind takes no images\./);
    expect(await button('Send').isEnabled()).toBe(false);
    await chooseModel('Seeing');
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Look' }).click();
    await expect.poll(() => answer().count()).toBe(1);
    expect(await chips().count()).toBe(0);
    await page.goBack();
    await expect.poll(() => chips().count()).toBe(1);
  });
});
