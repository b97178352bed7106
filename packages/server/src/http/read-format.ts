import { SluiceError } from '@sluice/shared';
import type { Request } from 'express';
import { createContentEncoder } from '../encoders/content-encoder.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { createPlainTextEncoder } from '../encoders/plain-text-encoder.ts';
import { sseEncoder } from '../encoders/sse-encoder.ts';

/** The forms in which our own routes stream an answer. */
export type Format = 'events' | 'content' | 'text';

/** What a new response in each of them is written with. */
export const encoders: Readonly<Record<Format, () => Encoder>> = {
  events: () => sseEncoder,
  content: createContentEncoder,
  text: createPlainTextEncoder,
};

/**
 * @returns what `?format=` asks for, else `Accept: text/plain`, else our own events
 * @throws {SluiceError} `invalid_request` naming the values there are
 */
export function readFormat(req: Request): Format {
  const { format } = req.query;
  if (format === undefined) return wantsText(req) ? 'text' : 'events';
  if (format === 'content' || format === 'text') return format;
  throw new SluiceError('invalid_request', {
    detail: 'format: must be content or text; left out, the answer comes as events',
  });
}

/** Only where it comes first: some clients send it after JSON with everything. */
const wantsText = (req: Request) => /^\s*text\/plain\b/i.test(req.headers.accept ?? '');

/** @throws {SluiceError} `unsupported_option` on a route whose answer has one form */
export function refuseFormat(req: Request): void {
  const name =
    req.query['format'] !== undefined ? 'format' : wantsText(req) ? 'Accept: text/plain' : undefined;
  if (name === undefined) return;
  throw new SluiceError('unsupported_option', {
    detail: `${name}: this route answers with JSON; POST /api/chat/stream takes it`,
  });
}
