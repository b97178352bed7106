import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { describe, expect, it, vi } from 'vitest';
import { deriveKeys } from '../src/auth/derive-keys.ts';
import { fullCounts, randomFrom } from './_support/counts.ts';
import { startFakeUpstream } from './_support/fake-upstream.ts';
import { prove } from './_support/guarantees/prove.ts';
import { longAnswer } from './_support/long-answer.ts';
import { type TestSocket, openSocket, refusedSocket } from './_support/open-socket.ts';
import { pointAt, startServer } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const secret = randomBytes(32).toString('hex');
const pair = useServer({ MAX_RUNS_PER_USER: '0', JWT_SECRET: secret });
const slow = { tokens: 5000, delayMs: 5 };
const KIB = 1024;
const countOf = ({ frames }: TestSocket, type: string) =>
  frames.filter((frame) => frame.type === type).length;
/** The connection below a client. */
const rawOf = ({ ws }: TestSocket) => (ws as unknown as { _socket: Socket })._socket;
const createToken = (email: string) => pair.server.rooms.auth.createAppToken({ email, name: 'x' });

describe('what may be asked over a socket', () => {
  it('counts as run starts do elsewhere, and what is too much is refused under its id', async () => {
    await using server = await startServer({ ...pointAt(pair.upstream), RATE_LIMIT_PER_MINUTE: '3' });
    using socket = await openSocket(server);
    expect((await server.call('/api/chat', { body: { message: 'Hi' } })).status).toBe(200);
    pair.upstream.script(slow);
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    await socket.sees('token', 'a');
    socket.send({ type: 'steer', id: 'a', content: 'Hi' });
    const { runId } = await socket.sees('steered', 'a');
    await socket.until((frames) => frames.findLast(({ type }) => type === 'run-start')?.['runId'] === runId);
    socket.send({ type: 'chat', id: 'b', message: 'Hi' });
    socket.send({ type: 'steer', id: 'a', content: 'Hi' });
    for (const id of ['b', 'a']) {
      const frame = await socket.sees('error', id);
      expect(frame).toMatchObject({
        code: 'rate_limited',
        retryable: true,
        error: 'at most 3 a minute; wait a little',
      });
      expect(frame['retryAfterMs']).toBeGreaterThan(1000);
    }
    expect((await server.call('/api/chat', { body: { message: 'Hi' } })).status).toBe(429);
    // What goes on goes on.
    expect(pair.upstream.stats.active).toBe(1);
    expect(countOf(socket, 'done')).toBe(0);
  });

  it('is read more slowly when it is too much, and none of it is lost', async () => {
    using socket = await openSocket(pair.server);
    const startedAt = performance.now();
    const total = 430;
    for (let index = 0; index < total; index += 1) socket.send(`{"type":"stop","id":"${index}"}`);
    await socket.until((frames) => frames.length === total);
    // Some hundreds at once, then fifty a second.
    expect(performance.now() - startedAt).toBeGreaterThan(400);
    expect(socket.frames.map(({ id }) => id)).toEqual(
      Array.from({ length: total }, (_, index) => String(index)),
    );
  });
});

describe('sockets at once', () => {
  it('are a hundred for each user, who is heard again when one is closed', async () => {
    const { token } = await createToken('many@example.com');
    const sockets = await Promise.all(Array.from({ length: 100 }, () => openSocket(pair.server, { token })));
    expect(await refusedSocket(pair.server, { token })).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', detail: 'at most 100 WebSockets of one user at once' },
    });
    using late = await openSocket(pair.server, { token: '' });
    late.send({ type: 'auth', token });
    expect(await late.sees('error')).toMatchObject({ code: 'rate_limited' });
    expect(await late.closed).toMatchObject({ code: 1008 });
    using other = await openSocket(pair.server);
    expect(other.ws.readyState).toBe(1);
    sockets[0]?.ws.close();
    await sockets[0]?.closed;
    sockets[0] = await openSocket(pair.server, { token });
    for (const socket of sockets) socket.ws.terminate();
  });

  it('are fifty for each address while nobody is known, and those who have said who they are do not count', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => openSocket(pair.server, { token: '' })),
    );
    expect(await refusedSocket(pair.server, { protocols: [] })).toMatchObject({ status: 429 });
    const [first] = sockets;
    first?.send({ type: 'auth', token: pair.server.token });
    first?.send({ type: 'chat', id: 'a', message: 'Hi' });
    await first?.sees('done');
    using next = await openSocket(pair.server, { token: '' });
    expect(next.ws.readyState).toBe(1);
    for (const socket of sockets) socket.ws.terminate();
  });
});

describe('a token', () => {
  it('that is revoked ends what it asked for within two seconds, and asks no more', async () => {
    pair.upstream.script(slow);
    const { id, token } = await createToken('revoked@example.com');
    const other = await createToken('revoked@example.com');
    using socket = await openSocket(pair.server, { token });
    using reader = await openSocket(pair.server, { token: other.token });
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    reader.send({ type: 'chat', id: 'own', message: 'Hi' });
    const { runId } = await reader.sees('run-start');
    await socket.sees('token', 'a');
    socket.send({ type: 'resume', id: 'b', runId, after: 0 });
    await socket.sees('token', 'b');
    const revokedAt = performance.now();
    await pair.server.rooms.auth.revokeAppToken(id);
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'revoked' });
    expect(await socket.sees('error', 'a')).toMatchObject({ code: 'token_revoked' });
    // It follows what another asked for: that goes on, and is not shown as if it had ended.
    expect(await socket.sees('error', 'b')).toMatchObject({ code: 'token_revoked' });
    expect(performance.now() - revokedAt).toBeLessThan(2000);
    expect(socket.frames.filter(({ type, id: own }) => type === 'done' && own === 'b')).toEqual([]);
    for (const type of ['chat', 'resume', 'steer']) {
      socket.send({
        type,
        ...(type === 'steer' ? { id: 'a', content: 'x' } : { id: type }),
        ...(type === 'chat' && { message: 'x' }),
        ...(type === 'resume' && { runId }),
      });
    }
    await socket.until((frames) => frames.filter(({ code }) => code === 'token_revoked').length === 5);
    expect(countOf(reader, 'done')).toBe(0);
    // Another token of the same user is good again; that of another user is not.
    socket.send({ type: 'auth', token: pair.server.token });
    await socket.until((frames) => frames.at(-1)?.['code'] === 'invalid_request');
    socket.send({ type: 'auth', token: other.token });
    pair.upstream.script({});
    socket.send({ type: 'chat', id: 'c', message: 'Hi' });
    await socket.sees('done', 'c');
  });

  it('that expires cuts nothing, and asks no more', async () => {
    pair.upstream.script({ tokens: 60, delayMs: 40 });
    const whole = (await createToken('expired@example.com')).token;
    const expiresAt = Math.ceil(Date.now() / 1000) + 1;
    const token = jwt.sign({ ...(jwt.decode(whole) as object), exp: expiresAt }, deriveKeys(secret).token, {
      header: { alg: 'HS256', typ: 'token+jwt' },
    });
    using socket = await openSocket(pair.server, { token });
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    await socket.sees('token', 'a');
    await sleep(expiresAt * 1000 - Date.now());
    socket.send({ type: 'steer', id: 'a', content: 'Hi' });
    expect(await socket.sees('error', 'a')).toMatchObject({ code: 'token_expired' });
    expect(await socket.sees('done', 'a')).toMatchObject({ reason: 'complete' });
    expect(countOf(socket, 'error')).toBe(1);
  });
});

const leavers = fullCounts ? 1000 : 40;
it(`leaves no upstream call behind, whenever and however clients leave (× ${leavers})`, async () => {
  const random = randomFrom('WebSocket leavers');
  pair.upstream.script({ tokens: 500, delayMs: 5, firstDelayMs: 10 });
  const leave = async () => {
    using socket = await openSocket(pair.server);
    socket.send({ type: 'chat', id: 'a', message: 'Hi' });
    const isSteered = random() < 0.3;
    if (isSteered)
      setTimeout(() => socket.send({ type: 'steer', id: 'a', content: 'Second' }), random() * 30);
    await sleep(random() * 60);
    if (random() < 0.5) socket.ws.close();
    else rawOf(socket).resetAndDestroy();
    await socket.closed;
  };
  for (let done = 0; done < leavers; done += 10) await Promise.all(Array.from({ length: 10 }, leave));
  await expect.poll(() => pair.server.rooms.runs.running.length).toBe(0);
  await vi.waitFor(() => expect(pair.upstream.stats.active).toBe(0)).catch(() => undefined);
  prove('leavers-websocket', { found: pair.upstream.stats.active, cases: leavers, seed: random.seed });
  expect(pair.upstream.stats.completed).toBe(0);
  expect(pair.upstream.stats.requests).toBeGreaterThan(leavers / 4);
});

describe('a reader that stops reading', () => {
  it('holds a little beyond the log, however much there is to say, and gets it all when it reads on', async () => {
    const { server, upstream } = pair;
    upstream.script({ rawBase64: Buffer.from(longAnswer()).toString('base64') });
    using socket = await openSocket(server);
    rawOf(socket).pause();
    for (const id of ['a', 'b']) socket.send({ type: 'chat', id, message: 'Hi', model: 'openai/gpt-4.1' });
    await expect.poll(() => upstream.stats.completed, { timeout: 20_000 }).toBe(2);
    await sleep(100);
    const queued = queuedBytes(server);
    console.log(`a reader that stopped reading had ${Math.round(queued / KIB)} KiB queued of 24,000 KiB`);
    expect(queued).toBeGreaterThan(0);
    expect(queued).toBeLessThan(256 * KIB);
    rawOf(socket).resume();
    await Promise.all([socket.sees('done', 'a'), socket.sees('done', 'b')]);
    expect(socket.text('a').length).toBe(12_000 * KIB);
    expect(socket.text('b')).toBe(socket.text('a'));
  });

  it('is heard: what it stops ends at once, and it is told when it reads on', async () => {
    const { server, upstream } = pair;
    upstream.next({ rawBase64: Buffer.from(longAnswer()).toString('base64') }, slow);
    using socket = await openSocket(server);
    rawOf(socket).pause();
    socket.send({ type: 'chat', id: 'a', message: 'Hi', model: 'openai/gpt-4.1' });
    await expect.poll(() => queuedBytes(server)).toBeGreaterThan(16 * KIB);
    await upstream.idle();
    socket.send({ type: 'chat', id: 'b', message: 'Hi' });
    await expect.poll(() => upstream.stats.active).toBe(1);
    const stoppedAt = performance.timeOrigin + performance.now();
    socket.send({ type: 'stop', id: 'b' });
    await upstream.idle();
    expect((upstream.stats.abortTimes[0]?.atMs ?? Infinity) - stoppedAt).toBeLessThan(250);
    expect(socket.frames.length).toBeLessThan(100);
    rawOf(socket).resume();
    expect(await socket.sees('done', 'b')).toMatchObject({ reason: 'stopped' });
  });
});

/** What this process has written to the largest of its sockets that the kernel has not taken. */
function queuedBytes({ url }: { url: string }): number {
  const { port } = new URL(url);
  const handles = (process as unknown as { _getActiveHandles(): Partial<Socket>[] })._getActiveHandles();
  const own = handles.filter(({ localPort }) => localPort === Number(port));
  return Math.max(...own.map(({ writableLength = 0 }) => writableLength));
}

describe('a server that is to end', () => {
  it('closes idle sockets at once, lets answers end, begins none, and says why', async () => {
    await using upstream = await startFakeUpstream();
    const server = await startServer({ ...pointAt(upstream), DRAIN_MS: '10000' });
    try {
      upstream.script({ tokens: 60, delayMs: 10 });
      using idle = await openSocket(server);
      using unknown = await openSocket(server, { token: '' });
      using busy = await openSocket(server);
      busy.send({ type: 'chat', id: 'a', message: 'Hi' });
      await busy.sees('token');
      const drained = server.drain();
      expect(await idle.closed).toEqual({ code: 1001, reason: 'the server ends' });
      expect(await unknown.closed).toMatchObject({ code: 1001 });
      busy.send({ type: 'chat', id: 'b', message: 'Hi' });
      busy.send({ type: 'steer', id: 'a', content: 'Hi' });
      for (const id of ['a', 'b']) expect(await busy.sees('error', id)).toMatchObject({ code: 'draining' });
      expect(await busy.sees('done', 'a')).toMatchObject({ reason: 'complete' });
      expect(await busy.closed).toMatchObject({ code: 1001 });
      expect(busy.text('a')).toMatch(/ t59$/);
      await drained;
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });

  it('ends what takes longer as interrupted, with its text, and waits for no peer that says nothing', async () => {
    await using upstream = await startFakeUpstream();
    const server = await startServer({ ...pointAt(upstream), DRAIN_MS: '300' });
    try {
      upstream.script(slow);
      using busy = await openSocket(server);
      using silent = await openSocket(server);
      rawOf(silent).pause();
      busy.send({ type: 'chat', id: 'a', message: 'Hi' });
      await busy.sees('token');
      const startedAt = performance.now();
      await server.drain();
      expect(performance.now() - startedAt).toBeLessThan(4000);
      expect(await busy.sees('done', 'a')).toMatchObject({ reason: 'interrupted' });
      expect(busy.frames.at(-2)).toMatchObject({ type: 'error', code: 'interrupted', retryable: true });
      expect(await busy.closed).toMatchObject({ code: 1001 });
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });

  it('leaves no socket when it is closed at once', async () => {
    await using upstream = await startFakeUpstream();
    const server = await startServer({ ...pointAt(upstream), DRAIN_MS: '0' });
    using socket = await openSocket(server);
    const closed = once(socket.ws, 'close');
    await server[Symbol.asyncDispose]();
    await closed;
  });
});
