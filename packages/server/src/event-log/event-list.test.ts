import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventList } from './event-list.ts';

const json = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 5 }))
  .map((text) => JSON.stringify({ text }));

function readAll(list: EventList): { seq: number; json: string }[] {
  const events = [];
  for (let batch = list.batchAfter(0); batch.length > 0; batch = list.batchAfter(events.length))
    events.push(...batch);
  return events;
}

describe('EventList', () => {
  it('gives the same events from every seq, packed or not', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 30 }), fc.nat(31), (jsons, after) => {
        const list = new EventList();
        for (const item of jsons) list.append(item);
        const expected = jsons.map((item, index) => ({ seq: index + 1, json: item }));
        expect(readAll(list)).toEqual(expected);
        const from = list.batchAfter(after);
        list.pack();
        expect(readAll(list)).toEqual(expected);
        expect(list.batchAfter(after)).toEqual(from);
        expect(list.lastSeq).toBe(jsons.length);
      }),
    );
  });

  it.each([false, true])('bounds its batches, but gives at least one event (packed: %s)', (isPacked) => {
    const list = new EventList();
    const lengths = [10, 100_000, 20_000, 20_000, 10];
    for (const length of lengths) list.append(JSON.stringify('x'.repeat(length - 2)));
    if (isPacked) list.pack();
    const batches = [0, 1, 2, 3].map((after) => list.batchAfter(after).map(({ json: item }) => item.length));
    expect(batches).toEqual([[10], [100_000], [20_000], [20_000, 10]]);
  });

  it('takes less memory once packed', () => {
    const list = new EventList();
    for (let i = 0; i < 1000; i += 1) list.append('{"type":"text-delta","text":" word"}');
    const before = list.bytes;
    list.pack();
    expect(list.bytes).toBeLessThan(before);
  });
});
