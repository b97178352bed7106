import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROBE_TEXT } from '../http/probe-report.ts';
import { judgeStream } from './judge-stream.ts';
import { measureBody } from './measure-body.ts';
import { measureSocket } from './measure-socket.ts';
import { measureStream } from './measure-stream.ts';
import { makeHop, makeReport } from './measurement.fixture.ts';
import { probeHeaders } from './send.ts';

/** Whatever somebody may have named by mistake. */
async function serve(answer: (res: ServerResponse, url: string) => void) {
  const server: Server = createServer((req, res) => {
    req.resume().on('error', () => undefined);
    answer(res, req.url ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return makeHop({ url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) });
}

const stream = { 'content-type': 'text/event-stream' };
const frame = (seq: number, fields: object) =>
  `id: ${seq}\ndata: ${JSON.stringify({ sentMs: 0, text: PROBE_TEXT, ...fields })}\n\n`;
const measure = (hop: Awaited<ReturnType<typeof serve>>, ms = 5000) =>
  measureStream(hop, 'token', AbortSignal.timeout(ms));

describe('measureStream', () => {
  it('reads frames in any pieces, compressed or not, and counts what only keeps alive', async () => {
    const text = `${frame(1, { type: 'report', report: makeReport() })}: ping\n\n${frame(2, { type: 'end' })}`;
    const plain = await serve(async (res) => {
      res.writeHead(200, stream);
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += 50) {
        res.write(bytes.subarray(at, at + 50));
        await sleep(1);
      }
      res.end();
    });
    const zipped = await serve((res) => {
      res.writeHead(200, { ...stream, 'content-encoding': 'gzip' }).end(gzipSync(text));
    });
    for (const hop of [plain, zipped]) {
      expect(await measure(hop)).toMatchObject({
        report: { version: '1.2.3' },
        frames: [{ type: 'report' }, { type: 'end' }],
        heartbeats: 1,
        isAltered: false,
      });
    }
  });

  it.each([
    ['a report that is none', frame(1, { type: 'report', report: { headers: null } })],
    ['another text', frame(1, { type: 'tick', text: 'Gr&uuml;&szlig;e' })],
    ['another order', frame(2, { type: 'tick' })],
    ['no JSON', 'id: 1\ndata: {\n\n'],
    ['a stream of others', 'event: hello\ndata: x\n\n'],
    ['one that never ends a frame', 'x'.repeat(200_000)],
  ])('takes %s for rewritten, and reads no further', async (_title, text) => {
    const hop = await serve((res) => void res.writeHead(200, stream).write(text));
    const measured = await measure(hop);
    expect(measured).toMatchObject({ isAltered: true, frames: [] });
    expect(judgeStream(measured).map(({ id }) => id)).toContain('rewrites');
  });

  it('leaves what goes on for ever, and what says nothing', async () => {
    const silent = await serve((res) => res.writeHead(200, stream).flushHeaders());
    expect(await measure(silent, 200)).toMatchObject({ reply: { status: 200 }, frames: [] });
    const mute = await serve(() => undefined);
    expect(await measure(mute, 200)).toMatchObject({ reply: { failure: expect.stringMatching(/abort/i) } });
    const page = await serve((res) => {
      res.writeHead(200, { 'content-type': 'text/html' });
      const more = setInterval(() => res.write('<p>'.repeat(1000)), 1);
      res.on('close', () => clearInterval(more));
    });
    expect(await measure(page)).toMatchObject({
      reply: { status: 200, text: expect.stringMatching(/^(<p>)+/) },
    });
  });

  it('waits no longer for the rest of an answer that is no stream than for its beginning', async () => {
    const hop = await serve((res) => void res.writeHead(200, { 'content-type': 'text/html' }).write('<p>'));
    expect(await measure(hop, 200)).toMatchObject({ reply: { status: 200, text: '<p>' } });
  });

  it('keeps what came before a connection was cut', async () => {
    const hop = await serve((res) => {
      res.writeHead(200, stream).write(frame(1, { type: 'tick' }), () => res.destroy());
    });
    expect(await measure(hop)).toMatchObject({ frames: [{ type: 'tick' }], isAltered: false });
  });
});

describe('measureSocket and measureBody', () => {
  it('take any answer, and none', async () => {
    const hop = await serve((res, url) => {
      if (url === '/api/ws') res.writeHead(426).end('Upgrade Required');
      else res.destroy();
    });
    const signal = AbortSignal.timeout(5000);
    expect(await measureSocket(hop, signal)).toMatchObject({ status: 426, text: 'Upgrade Required' });
    expect(await measureBody(hop, 'token', signal)).toMatchObject({ failure: expect.any(String) });
  });

  it('wait no longer for the rest of an answer than for its beginning', async () => {
    const hop = await serve((res) => void res.writeHead(403).write('<p>'));
    const patience = () => AbortSignal.timeout(200);
    expect(await measureSocket(hop, patience())).toMatchObject({ status: 403, text: '<p>' });
    expect(await measureBody(hop, 'token', patience())).toMatchObject({ status: 403, text: '<p>' });
  });

  it('send no body to one that refuses it beforehand', async () => {
    let bytes = 0;
    const server = createServer();
    server.on('checkContinue', (req, res) => {
      req.on('data', (chunk: Buffer) => (bytes += chunk.length));
      res.writeHead(413).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reply = await measureBody(makeHop({ url }), 'token', AbortSignal.timeout(5000));
    expect([reply, bytes]).toEqual([expect.objectContaining({ status: 413 }), 0]);
  });

  it('send nothing that would let anybody in', () => {
    expect(probeHeaders('token').authorization).toBe('Bearer sluice-doctor');
  });
});
