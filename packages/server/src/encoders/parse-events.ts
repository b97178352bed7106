import { type RunEvent, parseRunEvent } from '@sluice/shared';
import type { EncodableEvent } from './encoder.ts';

/** @returns the events of a batch; without those that a newer server logged and this one has no words for */
export function parseEvents(batch: readonly EncodableEvent[]): RunEvent[] {
  return batch.flatMap(({ json }) => parseRunEvent(JSON.parse(json)) ?? []);
}
