import type { Page } from 'playwright-core';

export interface ImageFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A picture of one colour, drawn by the browser. */
export async function drawImage(
  page: Page,
  { name, type, width, height }: { name: string; type: string; width: number; height: number },
): Promise<ImageFile> {
  const base64 = await page.evaluate(
    async ({ type, width, height }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.fillStyle = '#c2410c';
      context.fillRect(0, 0, width, height);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    },
    { type, width, height },
  );
  return { name, mimeType: type, buffer: Buffer.from(base64, 'base64') };
}

/** @returns the JPEG with an EXIF block in it: the camera lay on its side, and says who it belongs to */
export function turnSideways(file: ImageFile, owner: string): ImageFile {
  const text = Buffer.from(`${owner}\0`);
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(2, 8);
  const entry = (at: number, [tag, type, count]: [number, number, number]) => {
    tiff.writeUInt16BE(tag, at);
    tiff.writeUInt16BE(type, at + 2);
    tiff.writeUInt32BE(count, at + 4);
  };
  entry(10, [0x0112, 3, 1]);
  tiff.writeUInt16BE(6, 18);
  entry(22, [0x013b, 2, text.length]);
  tiff.writeUInt32BE(tiff.length, 30);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, text]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  const { buffer } = file;
  return { ...file, buffer: Buffer.concat([buffer.subarray(0, 2), head, body, buffer.subarray(2)]) };
}

/** Brings files to the page as a paste or a drop does. A drag begins, and with `drop` ends, over the page. */
export async function bring(
  page: Page,
  how: 'paste' | 'dragover' | 'drop',
  content: { files?: ImageFile[]; text?: string },
): Promise<void> {
  const files = (content.files ?? []).map(({ buffer, ...file }) => ({
    ...file,
    base64: buffer.toString('base64'),
  }));
  await page.evaluate(
    ({ how, files, text }) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      if (text !== '') transfer.setData('text/plain', text);
      const init = { bubbles: true, cancelable: true };
      const event =
        how === 'paste'
          ? new ClipboardEvent(how, { ...init, clipboardData: transfer })
          : new DragEvent(how, { ...init, dataTransfer: transfer });
      document.getElementById('composer')?.dispatchEvent(event);
    },
    { how, files, text: content.text ?? '' },
  );
}
