import type { Logger } from '../observability/logger.ts';
import type { Follower } from './follower.ts';
import { type Run, RunAbort } from './run.ts';
import type { RunOwner } from './run-owner.ts';

/** @returns those whose token or session has been revoked, or whose user has been disabled */
export type FindRevoked = (owners: readonly RunOwner[]) => Promise<readonly RunOwner[]>;

/** Half of the two seconds in which a revocation is to be felt. */
const INTERVAL_MS = 1000;

/**
 * Looks once a second whether those who asked for answers, and those who follow them, still may; ends the runs of the ones, and
 * the following of the others.
 */
export function cutRevoked(options: {
  running: () => readonly Run[];
  /** Those who follow runs of other processes here. */
  followers: () => readonly Follower[];
  findRevoked: FindRevoked;
  logger: Logger;
}): Disposable {
  const { running, followers, findRevoked, logger } = options;
  let isLooking = false;
  const look = async () => {
    const runs = running();
    const others = followers();
    if (isLooking || runs.length + others.length === 0) return;
    isLooking = true;
    try {
      const owners = [...runs, ...runs.flatMap((run) => [...run.followers]), ...others].map(
        ({ owner }) => owner,
      );
      const revoked = new Set(await findRevoked(owners));
      for (const run of runs) cut(run, revoked);
      for (const follower of others) if (revoked.has(follower.owner)) follower.revoke();
    } catch (error) {
      logger.warn({ err: error }, 'could not look for revoked tokens');
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Who follows a run that is cut is told so by its last events. */
function cut(run: Run, revoked: ReadonlySet<RunOwner>): void {
  if (revoked.has(run.owner)) {
    run.abort(new RunAbort('revoked', 'token_revoked'));
    return;
  }
  for (const follower of run.followers) if (revoked.has(follower.owner)) follower.revoke();
}
