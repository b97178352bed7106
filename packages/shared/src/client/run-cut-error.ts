/** The connection ended before `run-end`: what came is a cut answer, never a complete one. */
export class RunCutError extends Error {
  override readonly name = 'RunCutError';
  /** Undefined when not even `run-start` came. */
  readonly runId: string | undefined;

  constructor(runId: string | undefined, options?: { cause: unknown }) {
    super('The connection ended before the answer was whole', options);
    this.runId = runId;
  }
}
