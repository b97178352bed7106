import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';

/** Who serves a database. @param open gives an empty one; the caller closes it */
export function describeProcessStore(name: string, open: () => Promise<Database>): void {
  describe(`a store of processes over ${name}`, () => {
    let processes: Database['processes'];
    beforeAll(async () => {
      ({ processes } = await open());
    });

    it('counts the beats of each, until it leaves', async () => {
      const [first, second] = [randomUUID(), randomUUID()];
      for (const id of [first, second]) await processes.join(id);
      expect(await processes.beat(first)).toBe(true);
      const listed = await processes.list();
      expect(listed).toContainEqual({ id: first, beats: 2 });
      expect(listed).toContainEqual({ id: second, beats: 1 });
      await processes.leave(second);
      expect(await processes.list()).toEqual([{ id: first, beats: 2 }]);
      expect(await processes.beat(second)).toBe(false);
    });

    it('buries one that has not beaten since it was seen, and no other', async () => {
      const id = randomUUID();
      await processes.join(id);
      await processes.beat(id);
      await processes.bury({ id, beats: 1 });
      expect(await processes.beat(id)).toBe(true);
      await Promise.all([1, 2, 3].map(() => processes.bury({ id, beats: 3 })));
      expect(await processes.beat(id)).toBe(false);
      await processes.join(randomUUID());
      await processes.buryAll();
      expect(await processes.list()).toEqual([]);
    });
  });
}
