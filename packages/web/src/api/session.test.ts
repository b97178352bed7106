import { describe, expect, it, vi } from 'vitest';
import { SessionStore } from './session.ts';

const user = { id: 'u1', email: 'ada@example.com', name: null, role: 'admin' };

function problem(status: number, code: string): Response {
  const body = {
    type: 'about:blank',
    title: code,
    status,
    detail: code,
    code,
    retryable: false,
    requestId: 'r',
  };
  return Response.json(body, { status });
}

/** A server that hands out numbered tokens while it has a session. */
function createWorld() {
  const world = {
    nowMs: 0,
    hasSession: true,
    isDown: false,
    isMarked: true,
    refreshes: 0,
    timers: [] as { callback: () => void; ms: number }[],
    accepted: new Set<string>(),
    ended: [] as ('this' | 'all')[],
  };
  const give = () => {
    const accessToken = `token-${++world.refreshes}`;
    world.accepted.add(accessToken);
    return Response.json({ accessToken, expiresIn: 600, user });
  };
  const fetchHere = vi.fn<typeof fetch>(async (input, init) => {
    await Promise.resolve();
    if (world.isDown) throw new TypeError('fetch failed');
    const path = input as string;
    if (path === '/api/auth/refresh') return world.hasSession ? give() : problem(401, 'token_missing');
    if (path === '/api/auth/login') return give();
    if (path === '/api/auth/logout') world.ended.push('this');
    if (path === '/api/me/sessions') world.ended.push('all');
    if (world.ended.length > 0) return new Response(null, { status: 204 });
    const token = new Headers(init?.headers).get('authorization')?.slice(7) ?? '';
    return world.accepted.has(token) ? Response.json({}) : problem(401, 'token_expired');
  });
  const session = new SessionStore({
    fetch: fetchHere,
    now: () => world.nowMs,
    setTimer(callback, ms) {
      const timer = { callback, ms };
      world.timers.push(timer);
      return () => world.timers.splice(world.timers.indexOf(timer), 1);
    },
    inTurn: (work) => work(),
    mark: { isSet: () => world.isMarked, set: (isSet) => (world.isMarked = isSet) },
  });
  const getToken = (isExpired = false) => session.connection.getToken?.({ isExpired });
  return { world, session, getToken, fetchHere };
}

describe('SessionStore', () => {
  it('renews once for all who ask at once', async () => {
    const { world, getToken } = createWorld();
    const tokens = await Promise.all([getToken(), getToken(), getToken(true)]);
    expect(tokens).toEqual(['token-1', 'token-1', 'token-1']);
    expect(world.refreshes).toBe(1);
  });

  it('restores the session of the cookie, or knows that there is none', async () => {
    const { session } = createWorld();
    await session.restore();
    expect(session.getState()).toMatchObject({ status: 'active', user: { email: 'ada@example.com' } });

    const other = createWorld();
    other.world.hasSession = false;
    await other.session.restore();
    expect(other.session.getState()).toEqual({ status: 'anonymous' });
  });

  it('asks nothing where nobody has signed in', async () => {
    const { world, session, fetchHere } = createWorld();
    world.isMarked = false;
    await session.restore();
    expect(session.getState()).toEqual({ status: 'anonymous' });
    expect(fetchHere).not.toHaveBeenCalled();
    await session.signIn({ email: 'ada@example.com', password: 'secret' });
    expect(world.isMarked).toBe(true);
    await session.signOut();
    expect(world.isMarked).toBe(false);
  });

  it('asks again while the network changes, and does not take silence for a missing session', async () => {
    const { world, session } = createWorld();
    world.isDown = true;
    const restored = session.restore();
    for (const ms of [300, 1000, 3000]) {
      await vi.waitFor(() => expect(world.timers.map((timer) => timer.ms)).toEqual([ms]));
      world.timers.shift()?.callback();
    }
    await restored;
    expect(session.getState()).toMatchObject({ status: 'unreachable' });
    world.isDown = false;
    await session.restore();
    expect(session.getState().status).toBe('active');
  });

  it('renews a minute before the end, by itself', async () => {
    const { world, session } = createWorld();
    await session.restore();
    expect(world.timers.map(({ ms }) => ms)).toEqual([540_000]);
    world.timers[0]?.callback();
    await vi.waitFor(() => expect(world.refreshes).toBe(2));
    expect(world.timers).toHaveLength(1);
  });

  it('sends no token that is about to expire, for example after the machine slept', async () => {
    const { world, session, getToken } = createWorld();
    await session.restore();
    expect(await getToken()).toBe('token-1');
    world.nowMs = 599_000;
    expect(await getToken()).toBe('token-2');
  });

  it('keeps the page and its user when the session ends in mid-use', async () => {
    const { world, session, getToken } = createWorld();
    await session.restore();
    world.hasSession = false;
    await expect(getToken(true)).rejects.toMatchObject({ code: 'token_missing' });
    expect(session.getState()).toMatchObject({ status: 'expired', user: { id: 'u1' } });
    await session.signIn({ email: 'ada@example.com', password: 'secret' });
    expect(session.getState().status).toBe('active');
  });

  it('looks into its session when any request finds the token refused', async () => {
    const { world, session } = createWorld();
    await session.restore();
    world.hasSession = false;
    world.accepted.clear();
    await session.connection.fetch?.('/api/models');
    await vi.waitFor(() => expect(session.getState().status).toBe('expired'));
  });

  it.each([
    ['this', (session: SessionStore) => session.signOut()],
    ['all', (session: SessionStore) => session.signOutEverywhere()],
  ] as const)('forgets token and timer at sign-out of %s', async (ended, signOut) => {
    const { world, session } = createWorld();
    await session.restore();
    await signOut(session);
    expect(world.ended).toEqual([ended]);
    expect(session.getState()).toEqual({ status: 'anonymous' });
    expect(world.timers).toHaveLength(0);
  });

  it('takes in a change of the user’s own account, and tells of it only then', async () => {
    const { session } = createWorld();
    await session.restore();
    const tell = vi.fn();
    session.subscribe(tell);
    const known = { ...user, role: 'admin' as const };
    session.noteUser({ ...known });
    expect(tell).not.toHaveBeenCalled();
    session.noteUser({ ...known, name: 'Ada' });
    expect(session.getState()).toMatchObject({ status: 'active', user: { name: 'Ada' } });
    expect(tell).toHaveBeenCalledOnce();
  });
});
