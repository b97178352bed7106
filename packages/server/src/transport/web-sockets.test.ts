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

  it('close a peer whose message does not come to its end in time, whatever it sends in between', async () => {
    const { ws, raw, socket } = await open({ messageMs: 150 });
    const closed = once(ws, 'close');
    // A text of 1000 bytes in two fragments; the second is never finished.
    const masked = (first: number, length: number) =>
      Buffer.concat([
        Buffer.from([first, 0xfe, length >> 8, length & 255, 0, 0, 0, 0]),
        Buffer.alloc(200, 32),
      ]);
    raw.write(Buffer.concat([masked(0x01, 200), masked(0x00, 800)]));
    void socket.messages().next();
    const pings = setInterval(() => raw.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0])), 20);
    expect(await closed).toMatchObject([1008, Buffer.from('a message took too long to come')]);
    clearInterval(pings);
  });

  it('leave a peer alone that is silent, gives signs of life, or sends whole messages, in however many pieces', async () => {
    const { ws, raw, socket } = await open({ messageMs: 60, pingMs: 10 });
    const messages = socket.messages();
    for (let index = 0; index < 5; index += 1) {
      ws.ping('alive'.repeat(20));
      ws.send(`a${index}`, { fin: false });
      ws.send('b'.repeat(200));
      // A ping in two pieces, of which the first comes with the end of a message.
      raw.write(Buffer.from([0x89, 0x83, 0, 0]));
      expect(await messages.next()).toMatchObject({ value: `a${index}${'b'.repeat(200)}` });
      raw.write(Buffer.from([0, 0, 1, 2, 3]));
      await pause(40);
    }
    void messages.next();
    await pause(150);
    expect(socket.closed.aborted).toBe(false);
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
