/** The command was not typed as it should be: usage goes to stderr, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
