const HOUR_MS = 3_600_000;

/**
 * Does housekeeping once an hour, never twice at a time. What fails is told, and done an hour later. Disposing waits for what is
 * under way.
 */
export function repeatHourly(
  work: () => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= work()
      .catch(onFailure)
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, HOUR_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
