/** `npm run guarantees` runs the counts that docs promise; `npm test` runs fewer. */
export const fullCounts = process.env['SLUICE_FULL_COUNTS'] === '1';

export interface Random {
  /** From 0 to 1. */
  (): number;
  /** What makes the same numbers again: set SLUICE_SEED. */
  readonly seed: number;
}

/** A random source that prints its seed, so that a failure can be played again. */
export function randomFrom(name: string): Random {
  const seed = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${name}: SLUICE_SEED=${seed}`);
  let state = seed;
  // mulberry32
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(random, { seed });
}
