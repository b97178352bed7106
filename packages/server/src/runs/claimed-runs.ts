// In: a request with an Idempotency-Key. Out: the one run of that key, begun now or before.
// Never: a second run of one key, whatever comes at once; nor a claim left by a request that was refused.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, SluiceError } from '@sluice/shared';
import { isUniqueViolation } from '../storage/is-unique-violation.ts';
import type { RunStore } from '../storage/run-store.ts';
import type { StoredRun } from '../storage/stored-run.ts';
import type { Run } from './run.ts';

interface Claim {
  userId: string;
  key: string;
  fingerprint: string;
}

export interface ClaimedRun {
  /** A row, when another process has it. */
  run: Run | StoredRun;
  /** Whether it had been begun before. */
  isReplay: boolean;
}

export interface ClaimedRuns {
  /**
   * @param begin begins the run, storing the claim with it; called at most once, and only when nobody holds the key
   * @throws {SluiceError} `idempotency_mismatch` for another request under the same key; `run_expired` when the run's log is gone
   */
  claim(claim: Claim, begin: () => Promise<Run>): Promise<ClaimedRun>;
}

/** How long a key stands for its run. */
export const KEY_LIFETIME_MS = 24 * 3_600_000;

/** What another process may take from a run's place among its user's to its row. */
const OPENING_MS = 100;

/**
 * @param findLive the run of a row, here or in another process, whose log there is
 * @param options `isAlone`: no other process serves the same users
 */
export function createClaimedRuns(
  store: Pick<RunStore, 'findByKey'>,
  findLive: (stored: StoredRun) => Promise<Run | StoredRun | undefined>,
  { isAlone }: { isAlone: boolean },
): ClaimedRuns {
  /** Requests being begun: those that come meanwhile wait for how it turns out. */
  const beginning = new Map<string, { fingerprint: string; claimed: Promise<ClaimedRun> }>();

  async function findEarlier({ userId, key, fingerprint }: Claim): Promise<Run | StoredRun | undefined> {
    const stored = await store.findByKey(userId, key);
    if (stored === undefined || stored.createdAt < Date.now() - KEY_LIFETIME_MS) return undefined;
    refuseAnother(stored.fingerprint, fingerprint);
    return (await findLive(stored)) ?? refuseExpired(stored);
  }

  /** A place is taken before there is a row; everything else comes with it. */
  async function findSoon(claim: Claim, refusal: unknown): Promise<Run | StoredRun | undefined> {
    const found = await findEarlier(claim);
    if (found !== undefined || isAlone || !isRefusal(refusal, 'too_many_runs')) return found;
    await sleep(OPENING_MS);
    return findEarlier(claim);
  }

  async function findOrBegin(claim: Claim, begin: () => Promise<Run>): Promise<ClaimedRun> {
    const earlier = await findEarlier(claim);
    if (earlier !== undefined) return { run: earlier, isReplay: true };
    try {
      return { run: await begin(), isReplay: false };
    } catch (error) {
      // Another process was a moment earlier.
      const other = mayBeTaken(error) ? await findSoon(claim, error) : undefined;
      if (other === undefined) throw error;
      return { run: other, isReplay: true };
    }
  }

  return {
    async claim(claim, begin) {
      const place = `${claim.userId} ${claim.key}`;
      for (;;) {
        const other = beginning.get(place);
        if (other === undefined) break;
        const claimed = await other.claimed.catch(() => undefined);
        if (claimed === undefined) continue;
        refuseAnother(other.fingerprint, claim.fingerprint);
        return { run: claimed.run, isReplay: true };
      }
      const claimed = findOrBegin(claim, begin);
      beginning.set(place, { fingerprint: claim.fingerprint, claimed });
      try {
        return await claimed;
      } finally {
        beginning.delete(place);
      }
    },
  };
}

/** Whether another process may have begun the run: then the key is there, or its run has taken the last of a limit. */
function mayBeTaken(error: unknown): boolean {
  if (isUniqueViolation(error)) return true;
  return isRefusal(error, 'budget_exceeded') || isRefusal(error, 'too_many_runs');
}

function isRefusal(error: unknown, code: ErrorCode): boolean {
  return error instanceof SluiceError && error.code === code;
}

function refuseAnother(claimed: string | null, asked: string): void {
  if (claimed === asked) return;
  throw new SluiceError('idempotency_mismatch', {
    detail: 'this Idempotency-Key was used with another request; a new request takes a new key',
  });
}

function refuseExpired({ id, messageId }: StoredRun): never {
  throw new SluiceError('run_expired', { runId: id, ...(messageId !== null && { messageId }) });
}
