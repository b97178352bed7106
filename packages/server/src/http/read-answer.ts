import { type Answer, foldEvents } from '@sluice/shared';
import type { EncodableEvent } from '../encoders/encoder.ts';
import { parseEvents } from '../encoders/parse-events.ts';

/** Waits for the end of an answer. @returns all of it; without an end when its reader was gone before */
export async function readAnswer(events: AsyncIterable<readonly EncodableEvent[]>): Promise<Answer> {
  const batches = await Array.fromAsync(events);
  return foldEvents(parseEvents(batches.flat()));
}
