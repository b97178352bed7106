import { SluiceError } from '@sluice/shared';
import type { Request } from 'express';

/**
 * A JSON body as it arrives, for whoever parses it elsewhere.
 * @throws {SluiceError} `unsupported_media_type`, `payload_too_large`
 */
export async function* readPieces(req: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  if (!req.is('application/json') || req.headers['content-encoding'] !== undefined) {
    throw new SluiceError('unsupported_media_type', {
      detail: 'Content-Type must be application/json, without a Content-Encoding',
    });
  }
  const tooLarge = new SluiceError('payload_too_large', { detail: `at most ${maxBytes} bytes` });
  if (Number(req.headers['content-length']) > maxBytes) throw tooLarge;
  let bytes = 0;
  // The connection stays, for the answer that says what was wrong.
  for await (const piece of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge;
    yield piece;
  }
}
