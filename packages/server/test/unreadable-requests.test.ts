import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';

const pair = useServer();

/** @returns all that comes back on a connection for these bytes, until the server closes it */
async function sendBytes(bytes: string): Promise<string> {
  const { port, hostname } = new URL(pair.server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

const host = 'Host: 127.0.0.1\r\n';
const chat = `POST /api/chat HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
const smuggled = `GET /api/me HTTP/1.1\r\n${host}X-Smuggled: yes\r\n\r\n`;

describe('what could be read in two ways, so that a request may hide in another,', () => {
  it.each([
    [
      'a length and chunks',
      `${chat}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'chunks and a length',
      `${chat}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ['two lengths', `${chat}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['a length that is no number', `${chat}Content-Length: +5\r\n\r\nhello${smuggled}`],
    ['a negative length', `${chat}Content-Length: -1\r\n\r\n${smuggled}`],
    [
      'another encoding after chunks',
      `${chat}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    ['an unknown encoding', `${chat}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a space before the colon', `${chat}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a folded header', `${chat}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    ['a bare CR in a header', `${chat}X-Bare: a\rb\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    ['a NUL in a header', `${chat}X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    [
      'a chunk size with a sign',
      `${chat}Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'a chunk longer than it says',
      `${chat}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n${smuggled}`,
    ],
  ])('%s: is refused, and what follows is not answered', async (_name, bytes) => {
    const answer = await sendBytes(bytes);
    const statuses = answer.match(/^HTTP\/1\.1 (\d+)/gm) ?? [];
    expect(statuses).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 40[01] [^]*"code":"(?:invalid_request|token_missing)"/);
  });
});

describe('what is no request', () => {
  it.each([
    ['a line of nonsense', 'EHLO example.com\r\n\r\n'],
    ['the beginning of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001'],
    ['no Host header', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['an unknown version', `GET /healthz HTTP/9.9\r\n${host}\r\n`],
  ])('%s: is answered with a problem, an id, and a closed connection', async (_name, bytes) => {
    const answer = await sendBytes(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).toMatch(/^connection: close/im);
  });

  it('headers of 20 KiB are named as what they are', async () => {
    const answer = await sendBytes(`GET /healthz HTTP/1.1\r\n${host}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toContain('"code":"payload_too_large"');
    expect(answer).toMatch(/^X-Request-Id: /m);
  });

  it('2,500 headers are taken for a few, and not for an end', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => `a${index}:\r\n`).join('');
    const answer = await sendBytes(`GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n${many}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:200|413) /);
  });

  it('is not waited for by a connection that its client keeps open', async () => {
    const { port, hostname } = new URL(pair.server.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.write('EHLO example.com\r\n\r\n');
    expect(await text(socket)).toContain('"code":"invalid_request"');
    // The server's side is gone as well: what is written to it comes back as a reset.
    const reset = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    const knock = setInterval(() => socket.write('x'), 20);
    await reset;
    clearInterval(knock);
  });

  it.each([
    ['alone', ''],
    ['behind another request', `GET /healthz HTTP/1.1\r\n${host}\r\n`],
    ['with an expectation', 'Expect: miracles\r\n'],
  ])('is not answered into an answer that has begun, %s: that one is cut', async (_how, more) => {
    pair.upstream.script({ tokens: 50, delayMs: 10 });
    const { port, hostname } = new URL(pair.server.url);
    const socket = connect(Number(port), hostname);
    const body = '{"message":"Hi"}';
    const [before, expectation] = more.startsWith('GET') ? [more, ''] : ['', more];
    const authorization = `Authorization: Bearer ${pair.server.token}\r\n`;
    const head = `${chat.replace('/chat', '/chat/stream')}${authorization}${expectation}Content-Length: ${body.length}`;
    socket.write(`${before}${head}\r\n\r\n${body}`);
    let answer = '';
    socket.setEncoding('utf8').on('data', (piece) => (answer += piece));
    await expect.poll(() => answer).toContain('run-start');
    socket.write('NONSENSE\r\n\r\n');
    await once(socket, 'close');
    expect(answer).not.toContain('no HTTP request');
    await pair.upstream.idle();
    expect(pair.upstream.stats.completed).toBe(0);
  });

  it('an expectation that nobody knows is none', async () => {
    const answer = await sendBytes(
      `GET /healthz HTTP/1.1\r\n${host}Expect: miracles\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
