import type { Writable } from 'node:stream';

/**
 * Waits until a socket, or a response, takes more. `drain` never comes on one that closed, nor from a reader that stands still: so it
 * is raced with `close` and with a deadline, after which it is destroyed.
 */
export async function waitForDrain(socket: Writable, deadlineMs: number): Promise<void> {
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => socket.destroy(), deadlineMs);
    const settle = () => {
      clearTimeout(deadline);
      socket.off('drain', settle);
      socket.off('close', settle);
      resolve();
    };
    socket.on('drain', settle);
    socket.on('close', settle);
  });
}
