import type { ChatRequest } from '@sluice/shared';
import type { Request } from 'express';
import * as z from 'zod';
import { DataStreamEncoder } from '../../encoders/data-stream-encoder.ts';
import type { Encoder } from '../../encoders/encoder.ts';
import { createPlainTextEncoder } from '../../encoders/plain-text-encoder.ts';
import { UiMessageEncoder } from '../../encoders/ui-message-encoder.ts';
import { readQuery } from '../read-query.ts';

interface Protocol {
  createEncoder: () => Encoder;
  /** What becomes of the run when its reader leaves, unless the body says it. */
  onDisconnect: NonNullable<ChatRequest['onDisconnect']>;
}

/** The stream protocols of the AI SDK's clients: who reads text cannot come back. */
const protocols: Readonly<Record<'ui' | 'data' | 'text', Protocol>> = {
  ui: { createEncoder: () => new UiMessageEncoder(), onDisconnect: 'grace' },
  data: { createEncoder: () => new DataStreamEncoder(), onDisconnect: 'grace' },
  text: { createEncoder: createPlainTextEncoder, onDisconnect: 'abort' },
};

export const protocolQuery = z.object({
  protocol: z.enum(['ui', 'data', 'text']).optional(),
  format: z.literal('text', { error: 'must be text; see protocol' }).optional(),
});

/** @throws {SluiceError} `invalid_request` naming the protocols there are */
export function readProtocol(req: Request): Protocol {
  const { protocol, format } = readQuery(protocolQuery, req);
  return protocols[protocol ?? format ?? 'ui'];
}
