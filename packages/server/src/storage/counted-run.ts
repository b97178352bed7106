/** What a run holds of the limits that it is counted for. */
export interface Held {
  tokens: number;
  microUsd: number;
}

/** A run that is counted for limits, and what it held of them when it ended. */
export interface CountedRun {
  userId: string;
  tokenId: string | null;
  /** Whose counters it stands in: another may have been about to answer when it ended. */
  model: string;
  held: Held;
  /** Epoch ms. */
  createdAt: number;
}
