import { describe, expect, it, vi } from 'vitest';
import { createAuth } from './auth.ts';
import { openAuth, password, signUp, testSecret } from './auth.fixture.ts';
import { cleanUp } from './clean-up.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('cleanUp', () => {
  it('keeps what still counts', async () => {
    const { auth, database, time } = await openAuth();
    const { session, refreshToken } = await signUp(auth);
    time.now += 29 * DAY_MS;
    await auth.login({ email: 'ada@example.com', password: 'wrong' }).catch(() => undefined);
    await cleanUp(database, time.now);
    expect(await database.sessions.listOpen(session.user.id, time.now)).toHaveLength(1);
    await auth.refresh(refreshToken);
  });

  it('forgets sessions that ended or expired, codes, and attempts of yesterday', async () => {
    const { auth, database, time } = await openAuth();
    const { session } = await signUp(auth);
    const principal = await auth.authenticate(session.accessToken);
    const { sessionId = '' } = principal;
    const second = await auth.login({ email: 'ada@example.com', password });
    const { sessionId: expiring = '' } = await auth.authenticate(second.session.accessToken);
    await auth.account.endSession(principal, sessionId);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await auth.login({ email: 'eve@example.com', password: 'wrong' }).catch(() => undefined);
    }
    time.now += DAY_MS + 1;
    await cleanUp(database, time.now);
    expect(await database.sessions.find(sessionId)).toBeUndefined();
    expect(await database.sessions.find(expiring)).toBeDefined();
    await expect(auth.login({ email: 'eve@example.com', password })).rejects.toMatchObject({
      code: 'token_invalid',
    });
    time.now += 30 * DAY_MS;
    await cleanUp(database, time.now);
    expect(await database.sessions.find(expiring)).toBeUndefined();
    expect(await database.setupCodes.useAll(time.now)).toBe(false);
  });

  it('is done once an hour, until the server ends', async () => {
    const { database, time } = await openAuth();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const auth = createAuth({ database, secret: testSecret, clock: () => time.now });
      await database.loginFailures.count('aa.1', 1);
      vi.advanceTimersByTime(HOUR_MS - 1);
      expect(await database.loginFailures.blockedUntil('aa.1')).toBe(0);
      vi.advanceTimersByTime(1);
      await auth[Symbol.asyncDispose]();
      expect(await database.loginFailures.blockedUntil('aa.1')).toBeUndefined();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
