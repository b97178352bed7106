import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Encoder } from '../encoders/encoder.ts';
import { sseEncoder } from '../encoders/sse-encoder.ts';
import { type SendOptions, sendEvents } from './send-events.ts';

const event = (seq: number, length = 1) => ({
  seq,
  json: JSON.stringify({ type: 'text-delta', text: 'x'.repeat(length) }),
});

let dispose: () => void = () => undefined;
afterEach(() => dispose());

/** Sends what `events` yields to one real reader. @returns the reader's response, and how sending ended */
async function send(
  events: (res: ServerResponse) => AsyncIterable<ReturnType<typeof event>[]>,
  options: SendOptions & { encoder?: Encoder },
) {
  const sent = Promise.withResolvers<unknown>();
  const server = createServer((_req, res) => {
    sendEvents(res, events(res), { encoder: sseEncoder, ...options }).then(
      () => sent.resolve('ended'),
      (error: unknown) => sent.resolve(error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const call = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  call.on('error', () => undefined).end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  dispose = () => {
    call.destroy();
    server.close();
    server.closeAllConnections();
  };
  return { response, sent: sent.promise };
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('sendEvents', () => {
  it('sends the headers before there is an event, and ends after the last', async () => {
    const { response, sent } = await send(
      async function* () {
        await pause(100);
        yield [event(1), event(2)];
      },
      { heartbeatMs: 10_000 },
    );
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect((await read(response)).match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 2']);
    expect(await sent).toBe('ended');
  });

  it('beats in silences only', async () => {
    const { response } = await send(
      async function* () {
        for (let seq = 1; seq <= 10; seq += 1) {
          await pause(20);
          yield [event(seq)];
        }
        await pause(250);
      },
      { heartbeatMs: 100 },
    );
    const [busy = '', silent = ''] = (await read(response)).split('id: 10\n');
    expect(busy).not.toContain(': ping');
    expect(silent.match(/: ping/g)?.length).toBeGreaterThanOrEqual(1);
  });

  it('pulls nothing while a reader takes nothing, and drops it after the deadline', async () => {
    let pulled = 0;
    const { response, sent } = await send(
      async function* () {
        for (;;) {
          pulled += 1;
          yield [event(pulled, 64 * 1024)];
        }
      },
      { heartbeatMs: 50, stuckReaderMs: 300 },
    );
    response.pause();
    expect(await sent).toBe('ended');
    const pulledInAll = pulled;
    await pause(100);
    expect(pulled).toBe(pulledInAll);
    response.resume();
    await expect(read(response)).rejects.toThrow('aborted');
  });

  it('stops waiting for a reader that closes', async () => {
    const { response, sent } = await send(
      async function* () {
        for (;;) yield [event(1, 64 * 1024)];
      },
      { heartbeatMs: 10_000, stuckReaderMs: 60_000 },
    );
    response.pause();
    await pause(100);
    response.destroy();
    expect(await sent).toBe('ended');
  });

  it('cuts the connection when the events fail, so that a cut stream cannot look whole', async () => {
    const { response, sent } = await send(
      async function* () {
        yield [event(1)];
        await pause(50);
        throw new Error('broken');
      },
      { heartbeatMs: 10_000 },
    );
    await expect(read(response)).rejects.toThrow('aborted');
    expect(await sent).toEqual(new Error('broken'));
  });

  describe('of an encoder that wants a cut', () => {
    const encoder: Encoder = {
      headers: {},
      heartbeat: undefined,
      encode: (events) => events.map(({ json }) => json).join(''),
      isCut: true,
    };
    const long = event(1, 1024 * 1024);
    const events = async function* () {
      yield [long];
    };

    it('closes the connection without an end, when all that was said has arrived', async () => {
      const { response, sent } = await send(events, { heartbeatMs: 10_000, encoder });
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await new Promise((resolve) => response.on('close', resolve));
      expect([text === long.json, response.complete]).toEqual([true, false]);
      expect(await sent).toBe('ended');
    });

    it('resets it under HTTP/1.0, where closing is the end of a whole body', async () => {
      const server = createServer((_req, res) => {
        void sendEvents(res, events(), { heartbeatMs: 10_000, encoder });
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      dispose = () => server.close();
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.resume().write('GET / HTTP/1.0\r\n\r\n');
      await expect(once(socket, 'end')).rejects.toThrow('ECONNRESET');
    });
  });
});
