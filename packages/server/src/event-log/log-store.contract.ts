import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Batch, LogStore } from './log-store.ts';

/** What every log store promises. @param createStore gives one whose ended logs live for `keepEndedMs`, with what closes it */
export function describeLogStore(
  name: string,
  createStore: () => Promise<LogStore & Partial<AsyncDisposable>>,
): void {
  const batch = (after: number, texts: string[], isLast = false): Batch => ({
    after,
    jsons: texts.map((text) => JSON.stringify({ type: 'text-delta', text })),
    isLast,
  });

  describe(`${name} as a log store`, () => {
    let store: LogStore & Partial<AsyncDisposable>;
    let runId = '';
    beforeEach(async () => {
      store = await createStore();
      runId = crypto.randomUUID();
    });
    afterEach(() => store[Symbol.asyncDispose]?.());

    async function readAll(after = 0) {
      const texts: string[] = [];
      for (let cursor = after; ;) {
        const { events, isLast } = await store.read(runId, cursor);
        for (const { seq, json } of events) {
          expect(seq).toBe(cursor + 1);
          cursor = seq;
          texts.push(JSON.parse(json).text);
        }
        if (isLast || events.length === 0) return { texts, isLast };
      }
    }

    it('gives what was appended, from any cursor, within a batch too', async () => {
      expect(await store.append(runId, 'a', batch(0, ['1', '2\n\r\u2028"', '3']))).toEqual({
        isTaken: true,
        lastSeq: 3,
      });
      await store.append(runId, 'a', batch(3, ['4'], true));
      const all = ['1', '2\n\r\u2028"', '3', '4'];
      for (let after = 0; after <= 4; after += 1) {
        expect(await readAll(after)).toEqual({ texts: all.slice(after), isLast: true });
      }
    });

    it('says where a log stands, and that it has none', async () => {
      expect(await store.position(runId)).toBeUndefined();
      await store.append(runId, 'a', batch(0, ['1', '2']));
      expect(await store.position(runId)).toEqual({ lastSeq: 2, hasEnded: false });
      await store.append(runId, 'a', batch(2, ['3'], true));
      expect(await store.position(runId)).toEqual({ lastSeq: 3, hasEnded: true });
    });

    it('forgets what is dropped, and takes nothing more for it', async () => {
      await store.append(runId, 'a', batch(0, ['1', '2']));
      await store.drop(runId);
      await store.drop(runId);
      expect(await store.position(runId)).toBeUndefined();
      for (const writer of ['a', 'b']) {
        for (const after of [0, 1, 2]) {
          expect(await store.append(runId, writer, batch(after, ['3'], true))).toEqual({ isTaken: false });
        }
      }
      expect(await readAll()).toEqual({ texts: [], isLast: true });
    });

    it('takes a batch once, whoever sends it again', async () => {
      await store.append(runId, 'a', batch(0, ['1', '2']));
      expect(await store.append(runId, 'a', batch(0, ['1', '2']))).toEqual({ isTaken: true, lastSeq: 2 });
      await store.append(runId, 'a', batch(2, ['3'], true));
      expect(await store.append(runId, 'a', batch(2, ['3'], true))).toEqual({ isTaken: true, lastSeq: 3 });
      expect(await readAll()).toEqual({ texts: ['1', '2', '3'], isLast: true });
    });

    it('says where it stands instead of taking a batch beyond a gap', async () => {
      await store.append(runId, 'a', batch(0, ['1']));
      expect(await store.append(runId, 'a', batch(5, ['6']))).toEqual({ isTaken: true, lastSeq: 1 });
      expect((await readAll()).texts).toEqual(['1']);
    });

    it('takes nothing more from one whose log was taken over', async () => {
      await store.append(runId, 'a', batch(0, ['1', '2']));
      expect(await store.takeOver(runId, 'b')).toEqual({ lastSeq: 2, hasEnded: false });
      expect(await store.append(runId, 'a', batch(2, ['3']))).toEqual({ isTaken: false });
      expect(await store.append(runId, 'b', batch(2, ['end'], true))).toEqual({ isTaken: true, lastSeq: 3 });
      expect(await readAll()).toEqual({ texts: ['1', '2', 'end'], isLast: true });
      expect(await readAll(2)).toEqual({ texts: ['end'], isLast: true });
    });

    it('lets a log be taken over by one after the other, and before it has begun', async () => {
      expect(await store.takeOver(runId, 'b')).toEqual({ lastSeq: 0, hasEnded: false });
      expect(await store.takeOver(runId, 'c')).toEqual({ lastSeq: 0, hasEnded: false });
      expect(await store.takeOver(runId, 'c')).toEqual({ lastSeq: 0, hasEnded: false });
      for (const lost of ['a', 'b']) {
        expect(await store.append(runId, lost, batch(0, ['x']))).toEqual({ isTaken: false });
      }
      await store.append(runId, 'c', batch(0, ['1']));
      expect(await readAll()).toEqual({ texts: ['1'], isLast: false });
    });

    it('ends once', async () => {
      await store.append(runId, 'a', batch(0, ['end'], true));
      expect(await store.takeOver(runId, 'b')).toEqual({ lastSeq: 1, hasEnded: true });
      for (const writer of ['a', 'b']) {
        expect(await store.append(runId, writer, batch(1, ['more'], true))).toEqual({ isTaken: false });
      }
      expect(await readAll()).toEqual({ texts: ['end'], isLast: true });
    });

    it('reads a long log in pieces of bounded size', async () => {
      for (let after = 0; after < 40; after += 1) {
        await store.append(runId, 'a', batch(after, ['x'.repeat(8000)]));
      }
      const { events, isLast } = await store.read(runId, 0);
      expect(isLast).toBe(false);
      expect(events.length).toBeLessThan(20);
      expect((await readAll()).texts).toHaveLength(40);
    });

    it('tells those who watch of each batch until they leave, and counts them', async () => {
      const told: Batch[] = [];
      const watching = await store.watch(runId, (one) => told.push(one));
      expect(await store.countWatchers(runId)).toBe(1);
      await store.append(runId, 'a', batch(0, ['1', '2\n']));
      await store.append(runId, 'a', batch(2, ['3'], true));
      await vi.waitFor(() => expect(told).toEqual([batch(0, ['1', '2\n']), batch(2, ['3'], true)]));
      await watching[Symbol.asyncDispose]();
      await vi.waitFor(async () => expect(await store.countWatchers(runId)).toBe(0));
    });
  });
}
