// In: an image file, as large as cameras make them. Out: one that a model takes, in the size that models look at.
// Never: what the file tells of camera, place and time; nor a picture that lies on its side.

/** Longest side, in pixels: what is larger, models scale down themselves. */
const MAX_SIDE = 1568;
/** Above this a format that throws details away takes the place of one that does not. */
const MAX_BYTES = 1_500_000;
const QUALITY = 0.85;

/** Formats to try, the best for what the file is first; not every browser writes WebP. */
const photos = ['image/jpeg'];
const drawings = ['image/png', 'image/webp', 'image/jpeg'];

/** @throws when the browser cannot decode it */
export async function prepareImage(file: Blob): Promise<Blob> {
  // Turned as its camera was held.
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const canvas = new OffscreenCanvas(width, Math.max(1, Math.round(bitmap.height * scale)));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('there is no canvas to draw on');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  let best: Blob | undefined;
  for (const type of file.type === 'image/jpeg' ? photos : drawings) {
    if (type === 'image/jpeg') fillBehind(context, canvas);
    const blob = await canvas.convertToBlob({ type, quality: QUALITY });
    if (blob.type !== type) continue;
    best = blob;
    if (blob.size <= MAX_BYTES) return blob;
  }
  if (best === undefined) throw new Error('the image could not be written');
  return best;
}

/** JPEG knows no transparency, and would show it as black. */
function fillBehind(context: OffscreenCanvasRenderingContext2D, { width, height }: OffscreenCanvas): void {
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
}
