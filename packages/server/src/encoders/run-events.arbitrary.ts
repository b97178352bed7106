import type { RunEvent } from '@sluice/shared';
import fc from 'fast-check';
import { arbitraryRunEvent } from '../../../shared/src/run-event.arbitrary.ts';
import type { EncodableEvent } from './encoder.ts';

const ofType = <Type extends RunEvent['type']>(type: Type) =>
  arbitraryRunEvent.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);

/** A run as a log may hold it: `run-start`, anything, and `run-end` unless it was cut. */
export const arbitraryRun: fc.Arbitrary<RunEvent[]> = fc
  .tuple(
    ofType('run-start'),
    fc.array(arbitraryRunEvent.filter(({ type }) => type !== 'run-start' && type !== 'run-end')),
    fc.option(ofType('run-end'), { freq: 5 }),
  )
  .map(([start, middle, end]) => [start, ...middle, ...(end === null ? [] : [end])]);

/** The same as it is read: in batches of any size. */
export const arbitraryBatches = (events: readonly RunEvent[]): fc.Arbitrary<EncodableEvent[][]> =>
  fc
    .array(fc.integer({ min: 1, max: 8 }), { minLength: events.length, maxLength: events.length })
    .map((sizes) => {
      const logged = events.map((event, index) => ({ seq: index + 1, json: JSON.stringify(event) }));
      return sizes.map((size) => logged.splice(0, size)).filter((batch) => batch.length > 0);
    });
