import { TestRunner, expect } from 'vitest';
import { type PromiseId, type Promised, promises } from './promises.ts';

export interface Measured {
  /** In the unit of the promise. */
  found: number;
  /** How often it was tried. */
  cases: number;
  /** What makes it happen again, where chance is in it. */
  seed?: number;
}

declare module 'vitest' {
  interface TaskMeta {
    measured?: Partial<Record<PromiseId, Measured>>;
  }
}

/**
 * Holds what the running test has measured against the promise, and leaves it for the table of `npm run guarantees`, where a promise
 * that is not kept stands with its distance. A second measure of the same promise in one test counts as more cases of it.
 */
export function prove(id: PromiseId, measured: Measured): void {
  proveAll([[id, measured]]);
}

/** The same for several, all of which are left for the table before the first that is not kept fails the test. */
export function proveAll(proofs: readonly (readonly [PromiseId, Measured])[]): void {
  const { meta } = TestRunner.getCurrentTest()!;
  for (const [id, measured] of proofs)
    meta.measured = { ...meta.measured, [id]: addTo(meta.measured?.[id], measured) };
  for (const [id, { found }] of proofs) {
    const { what, atMost, unit }: Promised = promises[id];
    expect(found, `${what}${unit === undefined ? '' : `, in ${unit}`}`).toBeLessThanOrEqual(atMost);
  }
}

/** The worst of both, over all of their cases. */
export function addTo(before: Measured | undefined, measured: Measured): Measured {
  if (before === undefined) return measured;
  const { found, cases } = before;
  return { ...before, ...measured, found: Math.max(found, measured.found), cases: cases + measured.cases };
}
