import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createFakeCertificate } from '../../test/_support/fake-upstream-certificate.ts';
import { startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import type { FakeScript } from '../../test/_support/fake-upstream-script.ts';
import { UpstreamConnections, incomingOf } from './upstream-fetch.ts';

const post = (signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ messages: [] }),
  headers: { authorization: 'Bearer k', 'accept-encoding': 'gzip, br' },
  ...(signal && { signal }),
});

async function openWith(script: FakeScript) {
  const upstream = await startFakeUpstream();
  const connections = new UpstreamConnections();
  upstream.script(script);
  return {
    upstream,
    send: (signal?: AbortSignal) => connections.fetch(`${upstream.openAiUrl}/chat/completions`, post(signal)),
    async [Symbol.asyncDispose]() {
      await connections[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describe('UpstreamConnections', () => {
  it('keeps an event stream as the Node stream it is', async () => {
    await using opened = await openWith({ text: 'Hello' });
    const response = await opened.send();
    expect(response).toMatchObject({ status: 200, body: null });
    expect(response.headers.get('x-request-id')).toBe('req_fake');
    const chunks = await Array.fromAsync(incomingOf(response) as AsyncIterable<Buffer>);
    expect(Buffer.concat(chunks).toString()).toContain('[DONE]');
  });

  it('asks for an uncompressed answer, whatever the SDK asks for', async () => {
    await using opened = await openWith({ text: 'Hello' });
    incomingOf(await opened.send())?.resume();
    expect(opened.upstream.lastReceived.headers).toMatchObject({
      'accept-encoding': 'identity',
      authorization: 'Bearer k',
      'content-length': String('{"messages":[]}'.length),
    });
  });

  it('buffers any other answer', async () => {
    await using opened = await openWith({ status: 429, body: '{"error":1}' });
    const response = await opened.send();
    expect(response.status).toBe(429);
    expect(incomingOf(response)).toBeUndefined();
    expect(await response.json()).toEqual({ error: 1 });
  });

  it('reads no more than 64 KiB of it', async () => {
    await using opened = await openWith({ status: 500, body: 'x'.repeat(10_000_000) });
    const response = await opened.send();
    expect(await response.text()).toHaveLength(64 * 1024);
    await opened.upstream.idle();
    expect(opened.upstream.stats.openConnections).toBe(0);
  });

  it.each([204, 304])('takes an answer of status %i, which has no body', async (status) => {
    await using opened = await openWith({ status, body: '' });
    expect(await opened.send()).toMatchObject({ status, body: null });
  });

  it('hands a redirect back and goes nowhere', async () => {
    await using elsewhere = await startFakeUpstream();
    await using opened = await openWith({ status: 302, headers: { location: elsewhere.url } });
    expect((await opened.send()).status).toBe(302);
    expect(elsewhere.stats.connections).toBe(0);
  });

  it('rejects with the reason of an abort, once the connection is closed', async () => {
    await using opened = await openWith({ hang: 'headers' });
    const stop = new AbortController();
    const reason = new Error('stopped');
    const sent = opened.send(stop.signal);
    await expect.poll(() => opened.upstream.stats.active).toBe(1);
    stop.abort(reason);
    await expect(sent).rejects.toBe(reason);
    await opened.upstream.idle();
    expect(opened.upstream.stats.openConnections).toBe(0);
  });

  it('rejects with the reason of an abort inside a body that is being buffered', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(500, { 'content-length': '100' });
      response.write('half');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await using connections = new UpstreamConnections();
    const stop = new AbortController();
    const reason = new Error('stopped');
    const { port } = server.address() as AddressInfo;
    const sent = connections.fetch(`http://127.0.0.1:${port}/`, post(stop.signal));
    await once(server, 'request');
    stop.abort(reason);
    await expect(sent).rejects.toBe(reason);
    await once(server.close(), 'close');
  });

  it('makes no connection for a signal that has aborted already', async () => {
    await using opened = await openWith({});
    await expect(opened.send(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(opened.upstream.stats.connections).toBe(0);
  });

  it('speaks TLS, and only with an upstream whose certificate it trusts', async () => {
    const tls = createFakeCertificate();
    await using upstream = await startFakeUpstream({ tls });
    const url = `${upstream.openAiUrl}/chat/completions`;
    await using trusting = new UpstreamConnections({ certificateAuthority: tls.cert });
    for (let call = 0; call < 3; call += 1) {
      const incoming = incomingOf(await trusting.fetch(url, post()));
      await Array.fromAsync(incoming as AsyncIterable<Buffer>);
    }
    expect(upstream.stats).toMatchObject({ requests: 3, connections: 1 });
    await using doubting = new UpstreamConnections();
    await expect(doubting.fetch(url, post())).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(upstream.stats.requests).toBe(3);
  });
});
