import { type Socket, connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Frame, openSocket, refusedSocket } from './_support/open-socket.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ CORS_ORIGINS: 'https://app.example', MAX_RUNS_PER_USER: '0' });
const slow = { tokens: 2000, delayMs: 5 };
const tokens = (count: number) => Array.from({ length: count }, (_, index) => ` t${index}`).join('');
const open = (wish = {}) => openSocket(pair.server, wish);
const refused = (wish = {}) => refusedSocket(pair.server, wish);
const countOf = (frames: readonly Frame[], type: string) =>
  frames.filter((frame) => frame.type === type).length;

describe('the usual tutorial', () => {
  it('works unchanged but for the address and the token', async () => {
    pair.upstream.script({ text: 'Hello from the tutorial.' });
    const url = `${pair.server.url.replace('http', 'ws')}/api/ws`;
    const socket = new WebSocket(url, ['sluice', `bearer.${pair.server.token}`]);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.onopen = () => socket.send(JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] }));
      socket.onmessage = (event) => {
        const data = JSON.parse(event.data as string);
        if (data.type === 'token') text += data.content;
        if (data.type === 'done') resolve(text);
      };
    });
    expect(answer).toBe('Hello from the tutorial.');
    expect(socket.protocol).toBe('sluice');
    socket.close();
  });
});

describe('a socket is opened', () => {
  it('with the token as a subprotocol, which is not said back; the response has the headers of all others', async () => {
    const socket = new WebSocket(`${pair.server.url.replace('http', 'ws')}/api/ws`, [
      `bearer.${pair.server.token}`,
      'sluice',
    ]);
    const headers = await new Promise<Record<string, unknown>>((resolve) => {
      socket.once('upgrade', (response) => resolve(response.headers));
    });
    expect(headers).toMatchObject({
      'sec-websocket-protocol': 'sluice',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('sec-websocket-extensions');
    socket.terminate();
  });

  it('with a first message, and with the header that programs can set', async () => {
    using first = await open({ token: '' });
    first.send({ type: 'auth', token: pair.server.token });
    first.send({ type: 'chat', id: 'a', message: 'Hi' });
    expect(await first.sees('done', 'a')).toMatchObject({ reason: 'complete' });
    const options = { headers: { authorization: `Bearer ${pair.server.token}` } };
    using second = await open({ protocols: [], options });
    second.send({ type: 'chat', id: 'a', message: 'Hi' });
    await second.sees('done', 'a');
  });

  it.each([
    ['no Origin', {}],
    ['its own', { origin: 'own' }],
    ['another name of this machine', { origin: 'http://localhost:5173' }],
    ['one of CORS_ORIGINS', { origin: 'https://app.example' }],
  ])('from %s', async (_, { origin }: { origin?: string }) => {
    using socket = await open({ options: { origin: origin === 'own' ? pair.server.url : origin } });
    expect(socket.ws.readyState).toBe(WebSocket.OPEN);
  });
});

describe('a socket is refused before it is open', () => {
  it.each([
    'https://evil.example',
    'null',
    'file://',
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:444',
    'https://APP.example',
    'http://127.0.0.1.evil.example',
    'https://127.0.0.1',
  ])('to a page of the origin %s, though it has a token', async (origin) => {
    expect(await refused({ options: { origin } })).toMatchObject({
      status: 403,
      body: { code: 'origin_not_allowed' },
    });
  });

  it('under another name', async () => {
    const headers = { host: 'evil.example' };
    expect(await refused({ options: { headers } })).toMatchObject({
      status: 421,
      body: { code: 'misdirected_request' },
    });
  });

  it('without a protocol that could be answered with', async () => {
    expect(await refused({ protocols: [`bearer.${pair.server.token}`] })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: expect.stringContaining('Sec-WebSocket-Protocol') },
    });
  });

  it('with tokens that do not hold', async () => {
    const { auth } = pair.server.rooms;
    const email = 'refused@example.com';
    const { id, token } = await auth.createAppToken({ email, name: 'x' });
    await auth.revokeAppToken(id);
    const other = await auth.createAppToken({ email, name: 'x', scopes: ['history'] });
    const answers = await Promise.all(
      [token, other.token, 'nonsense', ''].map((bad) => refused({ protocols: ['sluice', `bearer.${bad}`] })),
    );
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'token_revoked'],
      [403, 'scope_missing'],
      [401, 'token_invalid'],
      [401, 'token_missing'],
    ]);
    expect(answers[0]?.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'x-request-id': expect.any(String),
      connection: 'close',
    });
  });

  it('to what is no handshake, and a plain request', async () => {
    const headers = { 'sec-websocket-key': 'short' };
    const { token, url } = pair.server;
    const { host, hostname, port } = new URL(url);
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve(text));
      socket.write(
        `GET /api/ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Authorization: Bearer ${token}\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: ${headers['sec-websocket-key']}\r\n\r\n`,
      );
    });
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw).toContain('"code":"invalid_request"');
    const plain = await pair.server.call('/api/ws');
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([400, 'websocket']);
  });

  it('hears no other wish for another protocol, and no request behind one that is not answered yet', async () => {
    const h2c = await new Promise<number>((resolve, reject) => {
      const { hostname, port, host } = new URL(pair.server.url);
      const socket = connect(Number(port), hostname);
      socket.on('error', reject);
      socket.once('data', (chunk) => resolve(Number(String(chunk).split(' ')[1])));
      socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    });
    expect(h2c).toBe(200);
    const { hostname, port, host } = new URL(pair.server.url);
    const piped = connect(Number(port), hostname);
    piped.on('error', () => undefined);
    const ended = new Promise((resolve) => piped.once('close', resolve));
    const upgrade =
      `GET /api/ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    piped.resume();
    piped.write(
      `GET /api/models HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${pair.server.token}\r\n\r\n${upgrade}`,
    );
    await ended;
    expect((await fetch(`${pair.server.url}/healthz`)).status).toBe(200);
  });
});

describe('a first message', () => {
  it('with a token that does not hold is told why, and is the last', async () => {
    using socket = await open({ token: '' });
    socket.send({ type: 'auth', token: 'nonsense' });
    expect(await socket.sees('error')).toMatchObject({
      code: 'token_invalid',
      retryable: false,
      requestId: expect.any(String),
    });
    expect(await socket.closed).toEqual({ code: 1008, reason: 'the token was refused' });
  });

  it('must be a token: nothing is done before it, and nothing large is read', async () => {
    using socket = await open({ token: '' });
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    expect(await socket.sees('error', 'a')).toMatchObject({ code: 'token_missing' });
    expect(socket.ws.readyState).toBe(WebSocket.OPEN);
    socket.send({ type: 'auth', token: pair.server.token });
    socket.send({ type: 'chat', id: 'b', message: 'x'.repeat(1_000_000) });
    await socket.sees('done', 'b');
    expect(pair.upstream.stats.requests).toBe(1);
    using large = await open({ token: '' });
    large.send({ type: 'auth', token: 'x'.repeat(1_000_000) });
    expect(await large.closed).toMatchObject({ code: 1009 });
  });
});

describe('several answers over one socket', () => {
  it('are told apart by their ids, each with every token once and one end', async () => {
    using socket = await open();
    const ids = ['a', 'b', 'c', 'd'];
    for (const [index, id] of ids.entries()) {
      const fake = `[[fake ${JSON.stringify({ tokens: 50 + index * 10, delayMs: 1 })}]]`;
      socket.send({ type: 'chat', id, message: fake });
    }
    await Promise.all(ids.map((id) => socket.sees('done', id)));
    for (const [index, id] of ids.entries()) {
      expect(socket.text(id)).toBe(tokens(50 + index * 10));
      const own = socket.frames.filter((frame) => frame.id === id);
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at + 1));
      expect([own[0]?.type, own.at(-1)?.type, countOf(own, 'done')]).toEqual(['run-start', 'done', 1]);
    }
  });

  it('have one id each while they go on; without one they are given one', async () => {
    pair.upstream.script(slow);
    using socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    await socket.sees('token', 'a');
    socket.send({ type: 'chat', id: 'a', message: 'Again' });
    expect(await socket.sees('error', 'a')).toMatchObject({
      code: 'invalid_request',
      error: expect.stringMatching(/^id: /),
    });
    socket.send({ type: 'stop', id: 'a' });
    await socket.sees('done', 'a');
    pair.upstream.script({});
    socket.send({ type: 'chat', id: 'a', message: 'Again' });
    await socket.until((frames) => countOf(frames, 'done') === 2);
    socket.send({ messages: [{ role: 'user', content: 'Hi' }] });
    await socket.until((frames) => countOf(frames, 'done') === 3);
    expect(socket.frames.at(-1)?.id).toMatch(/^[\w-]{36}$/);
  });

  it('are at most 32', async () => {
    pair.upstream.script(slow);
    using socket = await open();
    for (let index = 0; index < 33; index += 1) socket.send({ type: 'chat', id: `r${index}`, message: 'Hi' });
    expect(await socket.sees('error')).toMatchObject({ id: 'r32', code: 'too_many_runs', retryable: true });
  });
});

describe('an answer', () => {
  it('that fails says so, then ends', async () => {
    pair.upstream.script({ tokens: 6, after: 3, error: 'mid-stream' });
    using socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'error', seq: expect.any(Number) });
    expect(socket.frames.at(-2)).toMatchObject({
      type: 'error',
      id: 'a',
      code: expect.stringMatching(/^upstream_/),
      error: expect.any(String),
      requestId: expect.any(String),
    });
    expect(socket.text('a')).toBe(tokens(3));
  });

  it('is told of options that a fallback is asked without', async () => {
    using socket = await open();
    const fallbackModels = ['anthropic/claude-fable-5'];
    socket.send({
      type: 'chat',
      id: 'a',
      message: 'Hi',
      model: 'openai/gpt-4.1',
      temperature: 1,
      fallbackModels,
    });
    expect(await socket.sees('dropped')).toEqual({ type: 'dropped', id: 'a', options: ['temperature'] });
    await socket.sees('done', 'a');
  });

  it('that is stopped keeps what came, and its upstream call is closed at once', async () => {
    pair.upstream.script(slow);
    using socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    await socket.sees('token', 'a');
    const stoppedAt = performance.timeOrigin + performance.now();
    socket.send({ type: 'stop', id: 'a' });
    socket.send({ type: 'stop', id: 'a' });
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'stopped' });
    const [aborted] = pair.upstream.stats.abortTimes;
    expect((aborted?.atMs ?? Infinity) - stoppedAt).toBeLessThan(1000);
    socket.send({ type: 'stop', id: 'b' });
    expect(await socket.sees('error', 'b')).toMatchObject({ code: 'not_found' });
    expect(countOf(socket.frames, 'done')).toBe(1);
    expect(countOf(socket.frames, 'error')).toBe(1);
  });

  it('that is stopped before it has begun makes no call that goes on', async () => {
    pair.upstream.script({ hang: 'headers' });
    using socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    socket.send({ type: 'stop', id: 'a' });
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'stopped' });
    await expect.poll(() => pair.upstream.stats.active).toBe(0);
  });

  it('whose socket closes is left at once, unless it asked for a grace', async () => {
    pair.upstream.script(slow);
    const socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    socket.send({ type: 'chat', id: 'b', message: 'Hi', onDisconnect: 'grace', graceMs: 500 });
    await Promise.all([socket.sees('token', 'a'), socket.sees('token', 'b')]);
    const leftAt = performance.timeOrigin + performance.now();
    socket.ws.terminate();
    await expect.poll(() => pair.upstream.stats.abortTimes.length).toBe(1);
    expect((pair.upstream.stats.abortTimes[0]?.atMs ?? Infinity) - leftAt).toBeLessThan(1000);
    expect(pair.upstream.stats.active).toBe(1);
  });

  it('is read on over another socket, from any place, and stopped and seen by all', async () => {
    pair.upstream.script({ tokens: 300, delayMs: 5 });
    const first = await open();
    first.send({ type: 'chat', id: 'a', message: 'Hi', onDisconnect: 'grace' });
    await first.until(() => first.text('a').length > 50);
    const runId = (await first.sees('run-start'))['runId'];
    const after = first.frames.at(-1)?.seq;
    first.ws.terminate();
    using second = await open();
    second.send({ type: 'resume', id: 'b', runId, after });
    using third = await open();
    third.send({ type: 'resume', runId });
    await Promise.all([second.sees('done', 'b'), third.sees('done', runId as string)]);
    const before = first.frames.filter(({ seq = 0 }) => seq <= (after ?? 0));
    const whole =
      before.map((frame) => (frame.type === 'token' ? frame['content'] : '')).join('') + second.text('b');
    expect(whole).toBe(tokens(300));
    expect(third.text()).toBe(tokens(300));
    // Who has it all is told its end.
    const last = third.frames.at(-1)?.seq;
    using fourth = await open();
    fourth.send({ type: 'resume', runId, after: last });
    expect(await fourth.sees('done')).toMatchObject({ seq: last, reason: 'complete' });
    expect(fourth.frames).toHaveLength(1);
  });

  it('of nobody, of another user, or beyond its end is not shown', async () => {
    using socket = await open();
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    const { runId } = await socket.sees('run-start');
    await socket.sees('done', 'a');
    const { token } = await pair.server.rooms.auth.createAppToken({ email: 'other@example.com', name: 'x' });
    using other = await open({ token });
    other.send({ type: 'resume', id: 'r', runId, after: 0 });
    expect(await other.sees('error', 'r')).toMatchObject({ code: 'not_found' });
    for (const after of [9999, -1, 1.5, 'x', null])
      socket.send({ type: 'resume', id: `${after}`, runId, after });
    for (const after of [9999, -1, 1.5, 'x', null]) {
      expect(await socket.sees('error', `${after}`)).toMatchObject({ code: 'invalid_cursor' });
    }
  });
});

describe('a message that is not right', () => {
  it.each([
    ['{"type":"chat","id":"a","message":"Hi","stream":true}', 'stream: unknown field'],
    ['{"type":"chat","id":"a","messages":[{"role":"user","content":1}]}', 'messages.0.content'],
    ['{"type":"chat","id":"a"}', 'message: '],
    [
      '{"type":"chat","id":"a","message":"Hi","model":"anthropic/claude-fable-5","temperature":1}',
      'temperature: ',
    ],
    ['{"type":"steer","id":"a"}', 'content: '],
    ['{"type":"resume","id":"a","after":1}', 'runId: '],
    ['{"type":"stop","id":"a","x":1}', 'x: unknown field'],
    ['{"type":"shout","id":"a"}', 'type: must be one of auth, chat, stop, resume, steer'],
    ['{"id":"a"}', 'type: '],
  ])('is answered under its id with what would be right: %s', async (message, detail) => {
    using socket = await open();
    socket.send(message);
    const frame = await socket.sees('error', 'a');
    expect(frame).toMatchObject({ retryable: false, requestId: expect.any(String) });
    expect(frame['code']).toMatch(/^(invalid_request|unsupported_option)$/);
    expect(frame['error']).toContain(detail);
    socket.send({ type: 'chat', id: 'b', message: 'Hi' });
    await socket.sees('done', 'b');
  });

  it.each([
    '',
    'nonsense',
    '[]',
    'null',
    '1',
    '"x"',
    '{"type":',
    '{"id":7,"type":"stop"}',
    '['.repeat(100_000),
  ])('without an id is answered without one: %.20s', async (message) => {
    using socket = await open();
    socket.send(message);
    expect(await socket.sees('error')).toMatchObject({ code: 'invalid_request' });
    expect(socket.frames[0]).not.toHaveProperty('id');
  });

  it('closes the socket only if it is none of the protocol', async () => {
    using binary = await open();
    binary.ws.send(Buffer.from('{"type":"chat","message":"Hi"}'));
    expect(await binary.closed).toMatchObject({ code: 1003 });
    using large = await open();
    large.send('x'.repeat(20 * 1024 * 1024 + 1));
    expect(await large.closed).toMatchObject({ code: 1009 });
    expect(pair.upstream.stats.requests).toBe(0);
  });

  it('ends no process and hides no other, whatever it is', async () => {
    using socket = await open();
    const words = fc.constantFrom(
      'type',
      'id',
      'messages',
      'message',
      'content',
      'runId',
      'after',
      '__proto__',
    );
    const values = fc.oneof(
      fc.json(),
      fc
        .dictionary(
          words,
          fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom('chat', 'steer', 'stop', 'auth')),
        )
        .map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
    );
    const garbage = fc.sample(values, 300);
    for (const text of garbage) socket.send(text);
    socket.send({ type: 'chat', id: 'the last', message: 'Hi' });
    await socket.sees('done', 'the last');
    expect((await fetch(`${pair.server.url}/healthz`)).status).toBe(200);
  });

  it('of bytes that are no frames ends that connection alone', async () => {
    for (const bytes of fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), 30)) {
      using socket = await open();
      const raw = (socket.ws as unknown as { _socket: Socket })._socket;
      raw.write(bytes);
      // They may be the beginning of a frame that never comes.
      raw.end(Buffer.alloc(20, 0xff));
      await socket.closed;
    }
    expect((await fetch(`${pair.server.url}/healthz`)).status).toBe(200);
  });
});
