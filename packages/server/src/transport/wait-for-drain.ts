import type { ServerResponse } from 'node:http';

/**
 * Waits until the socket takes more. `drain` never comes on a socket that closed, nor from a reader that stands still: so it is raced
 * with `close` and with a deadline, after which the socket is destroyed.
 */
export async function waitForDrain(res: ServerResponse, deadlineMs: number): Promise<void> {
  if (res.destroyed) return;
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => res.destroy(), deadlineMs);
    const settle = () => {
      clearTimeout(deadline);
      res.off('drain', settle);
      res.off('close', settle);
      resolve();
    };
    res.on('drain', settle);
    res.on('close', settle);
  });
}
