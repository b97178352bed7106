import { describe, expect, it } from 'vitest';
import type { FrameSocket } from '../../transport/frame-socket.ts';
import { Session, type SessionPorts } from './session.ts';
import { SocketPlaces } from './socket-places.ts';

/** A socket whose client says nothing. */
function silentSocket() {
  const controller = new AbortController();
  const closed: unknown[] = [];
  const gone = new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
  const socket = {
    closed: controller.signal,
    trust: () => undefined,
    close: (...why: unknown[]) => {
      closed.push(why);
      controller.abort();
    },
    messages: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => gone.then(() => ({ done: true, value: undefined })) }),
    }),
  };
  return { socket: socket as unknown as FrameSocket, closed };
}

describe('a session', () => {
  it('closes the socket of a client that does not say in time who it is, and gives its place back', async () => {
    const { socket, closed } = silentSocket();
    const places = new SocketPlaces();
    const place = places.take('address', 'a');
    const session = new Session({ places } as SessionPorts, socket, {
      token: undefined,
      principal: undefined,
      place,
    });
    await session.hear(20);
    expect(closed).toEqual([[1008, 'no token came in time']]);
    // All fifty are free.
    for (let taken = 0; taken < 50; taken += 1) places.take('address', 'a');
    expect(() => places.take('address', 'a')).toThrow('at most 50');
  });
});
