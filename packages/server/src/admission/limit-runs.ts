import { SluiceError } from '@sluice/shared';

export interface RunLimiter {
  /**
   * Takes one of the user's places; given back, at once and without fail, by disposing.
   * @throws {SluiceError} `too_many_runs`; `unavailable` when places are shared and cannot be counted
   */
  admit(userId: string): Promise<Disposable>;
}

/** @param maxRunsPerUser answers one user may have running at once; 0 for no limit */
export function limitRuns(maxRunsPerUser: number): RunLimiter {
  const running = new Map<string, number>();
  return {
    async admit(userId) {
      const count = running.get(userId) ?? 0;
      if (maxRunsPerUser > 0 && count >= maxRunsPerUser) throw tooManyRuns(maxRunsPerUser);
      running.set(userId, count + 1);
      return givenBackOnce(() => {
        const left = (running.get(userId) ?? 1) - 1;
        if (left === 0) running.delete(userId);
        else running.set(userId, left);
      });
    },
  };
}

export function tooManyRuns(maxRunsPerUser: number): SluiceError {
  return new SluiceError('too_many_runs', {
    detail: `${maxRunsPerUser} answers are running for you already; stop one or wait`,
    retryAfterMs: 1000,
  });
}

export function givenBackOnce(giveBack: () => void): Disposable {
  let isHeld = true;
  return {
    [Symbol.dispose]() {
      if (!isHeld) return;
      isHeld = false;
      giveBack();
    },
  };
}
