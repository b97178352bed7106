import { describe, expect, it } from 'vitest';
import type { RunLimiter } from './limit-runs.ts';

export const tooMany = expect.objectContaining({ code: 'too_many_runs' });

/** What every run limiter promises. */
export function describeRunLimiter(
  name: string,
  createLimiter: (maxRunsPerUser: number) => RunLimiter,
): void {
  describe(`${name} as a run limiter`, () => {
    const newUser = () => crypto.randomUUID();

    it('holds each user to the limit', async () => {
      const limiter = createLimiter(2);
      const [one, other] = [newUser(), newUser()];
      await limiter.admit(one);
      await limiter.admit(one);
      await expect(limiter.admit(one)).rejects.toEqual(tooMany);
      await limiter.admit(other);
    });

    it('gives a place back, and once', async () => {
      const limiter = createLimiter(2);
      const user = newUser();
      const first = await limiter.admit(user);
      await limiter.admit(user);
      first[Symbol.dispose]();
      first[Symbol.dispose]();
      await limiter.admit(user);
      await expect(limiter.admit(user)).rejects.toEqual(tooMany);
    });

    it('counts those that ask at the same time', async () => {
      const limiter = createLimiter(3);
      const user = newUser();
      const asked = await Promise.allSettled(Array.from({ length: 10 }, () => limiter.admit(user)));
      expect(asked.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 3 }, () => 'fulfilled'),
        ...Array.from({ length: 7 }, () => 'rejected'),
      ]);
    });

    it('has all places again once all are given back', async () => {
      const limiter = createLimiter(3);
      const user = newUser();
      for (let round = 0; round < 5; round += 1) {
        const places = await Promise.all([limiter.admit(user), limiter.admit(user), limiter.admit(user)]);
        await expect(limiter.admit(user)).rejects.toEqual(tooMany);
        for (const place of places) place[Symbol.dispose]();
      }
    });

    it('lets everything through when the limit is 0', async () => {
      const limiter = createLimiter(0);
      const user = newUser();
      await expect(
        Promise.all(Array.from({ length: 1000 }, () => limiter.admit(user))),
      ).resolves.toHaveLength(1000);
    });
  });
}
