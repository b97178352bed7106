import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { FrameSocket } from './frame-socket.ts';
import { WebSockets, type WebSocketsOptions, asksForWebSocket } from './web-sockets.ts';

let dispose: () => Promise<void> = async () => undefined;
afterEach(() => dispose());

/** One socket: what the server has of it, and its client. */
async function open(options: WebSocketsOptions, client: ClientOptions = {}) {
  const sockets = new WebSockets(options);
  const opened = Promise.withResolvers<FrameSocket>();
  const server = createServer({ highWaterMark: 16 * 1024, shouldUpgradeCallback: asksForWebSocket });
  server.on('upgrade', (req, socket, head) => {
    sockets.offer(req, socket as Socket, head);
    sockets.accept(req, (accepted) => {
      opened.resolve(accepted);
      return { endSoon: () => accepted.close(1001, 'end') };
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/ws`, client);
  dispose = async () => {
    ws.terminate();
    await sockets[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  };
  await once(ws, 'open');
  return { ws, raw: (ws as unknown as { _socket: Socket })._socket, sockets, socket: await opened.promise };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('WebSockets', () => {
  it('ask for signs of life, and drop a peer that gives none', async () => {
    const { ws, socket } = await open({ pingMs: 20, deadAfterMs: 100 }, { autoPong: false });
    let pings = 0;
    ws.on('ping', () => (pings += 1));
    await socket.gone;
    expect(pings).toBeGreaterThan(2);
  });

  it('keep a peer that gives them, and one that is at work on what it was sent', async () => {
    const { ws, socket } = await open({ pingMs: 10, deadAfterMs: 60 });
    const messages = socket.messages();
    ws.send('first');
    ws.send('second');
    expect(await messages.next()).toMatchObject({ value: 'first' });
    await pause(200);
    expect(await messages.next()).toMatchObject({ value: 'second' });
    void messages.next();
    await pause(150);
    expect(socket.closed.aborted).toBe(false);
  });

  it('drop a reader that takes nothing, with no more queued for it than one write', async () => {
    const { raw, socket } = await open({ pingMs: 20, stuckReaderMs: 200 });
    raw.pause();
    let sent = 0;
    while (await socket.ready()) {
      socket.send('x'.repeat(32 * 1024));
      sent += 1;
    }
    expect(socket.closed.aborted).toBe(true);
    await socket.gone;
    // What the kernel took: some megabytes, not all that there is.
    expect(sent).toBeLessThan(2000);
  });

  it('tell their users that the server ends, and wait for no peer that says nothing', async () => {
    const { ws, raw, sockets } = await open({});
    const closed = once(ws, 'close');
    sockets.drain();
    expect((await closed)[0]).toBe(1001);
    await dispose();
    const silent = await open({});
    silent.raw.pause();
    const startedAt = performance.now();
    await silent.sockets[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await silent.socket.gone;
    expect(raw.destroyed).toBe(true);
  });
});
