import { type Connection, sendRequest } from '@sluice/shared';
import { conversationPath } from '../../api/conversation-requests.ts';
import type { OwnImage, StoredImage } from './prompt-content.ts';

/** The bytes of an image that the server keeps; a browser cannot fetch them by itself, for the request needs a token. */
export async function readStoredImage(
  connection: Connection,
  { conversationId, sha256 }: { conversationId: string; sha256: string },
  signal: AbortSignal,
): Promise<Blob> {
  const path = conversationPath(conversationId, `/images/${sha256}`);
  return (await sendRequest(connection, path, { signal })).blob();
}

export async function loadStoredImage(
  connection: Connection,
  { image, conversationId }: { image: StoredImage; conversationId: string },
  signal: AbortSignal,
): Promise<OwnImage> {
  const { mediaType, sha256 } = image;
  const blob = await readStoredImage(connection, { conversationId, sha256 }, signal);
  return { type: 'image', mediaType, data: await toBase64(blob) };
}

export async function toBase64(blob: Blob): Promise<string> {
  const reader = new FileReader();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.onload = () => resolve(reader.result as string);
  reader.onerror = () => reject(reader.error ?? new Error('the image could not be read'));
  reader.readAsDataURL(blob);
  const url = await promise;
  return url.slice(url.indexOf(',') + 1);
}
