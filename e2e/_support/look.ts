import type { Page } from 'playwright-core';

/** A picture is kept as so many cells of so many shades: enough to see what is where, and too little to see a font's edges. */
const COLUMNS = 36;
const ROWS = 24;
const SHADES = 16;

/** What a page looks like, coarsely: one hexadecimal digit per cell, row by row. */
export type Look = string;

/** @returns the look of the page, and the picture itself (PNG) */
export async function takeLook(page: Page): Promise<{ look: Look; picture: Buffer }> {
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const blank = await page.context().newPage();
  const look = await blank.evaluate(
    async ({ source, columns, rows, shades }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(columns, rows);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, columns, rows);
      const { data } = context.getImageData(0, 0, columns, rows);
      let text = '';
      for (let at = 0; at < data.length; at += 4) {
        const light = 0.3 * (data[at] ?? 0) + 0.59 * (data[at + 1] ?? 0) + 0.11 * (data[at + 2] ?? 0);
        text += Math.min(shades - 1, Math.floor((light / 256) * shades)).toString(16);
      }
      return text;
    },
    {
      source: `data:image/png;base64,${picture.toString('base64')}`,
      columns: COLUMNS,
      rows: ROWS,
      shades: SHADES,
    },
  );
  await blank.close();
  return { look, picture };
}

/** @returns what tells one machine's fonts from another's: the width of a line of the page's own */
export async function readFont(page: Page): Promise<string> {
  return page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.font = `16px ${getComputedStyle(document.body).fontFamily}`;
    return context.measureText('The quick brown fox jumps over 1,234 lazy dogs').width.toFixed(1);
  });
}

/** @returns the part of the cells whose shade is another, by more than one step; 0 to 1 */
export function compareLooks(one: Look, other: Look): number {
  if (one.length !== other.length) return 1;
  const shadeAt = (look: Look, index: number) => parseInt(look.charAt(index), 16);
  let differing = 0;
  for (let index = 0; index < one.length; index++) {
    if (Math.abs(shadeAt(one, index) - shadeAt(other, index)) > 1) differing++;
  }
  return differing / one.length;
}
