/** Leave to hold a connection to the server, where there are few. */
export interface Turn {
  /**
   * Says that the answer has begun to come: the time that the turn lasts counts from now.
   * @returns a signal that aborts when the connection is wanted elsewhere
   */
  begin: () => AbortSignal;
  /** Called once, when the connection is held no more. */
  end: () => void;
}

/**
 * Settles when a stream may hold a connection. One that is asked to give way leaves it, takes its next turn, and goes on where it was:
 * nothing is lost, and nobody is told of a break.
 * @throws the signal's reason, as soon as it aborts
 */
export type TakeTurn = (signal: AbortSignal | undefined) => Promise<Turn>;
