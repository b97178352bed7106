import { describe, expect, it } from 'vitest';
import { createAuth } from './auth.ts';
import { openAuth, signUp } from './auth.fixture.ts';

async function openSession() {
  const opened = await openAuth();
  const { auth, time } = opened;
  const { refreshToken } = await signUp(auth);
  const refresh = async (token: string) => (await auth.refresh(token)).refreshToken;
  const expectRevoked = async (token: string) => {
    await expect(auth.refresh(token)).rejects.toMatchObject({ code: 'token_revoked' });
  };
  return { ...opened, first: refreshToken, refresh, expectRevoked, wait: (ms: number) => (time.now += ms) };
}

describe('refreshSession', () => {
  it('gives a new access token of the same session and user, and a successor of 30 days', async () => {
    const { auth, first, time, wait } = await openSession();
    wait(60_000);
    const { session, refreshToken, refreshExpiresAt } = await auth.refresh(first);
    expect(refreshToken).not.toBe(first);
    expect(refreshExpiresAt).toBe(time.now + 30 * 24 * 3_600_000);
    expect(session).toMatchObject({ expiresIn: 600, user: { email: 'ada@example.com', role: 'admin' } });
    expect((await auth.authenticate(session.accessToken)).userId).toBe(session.user.id);
  });

  it('gives 20 parallel uses of one token one successor', async () => {
    const { first, refresh } = await openSession();
    const successors = await Promise.all(Array.from({ length: 20 }, () => refresh(first)));
    expect(new Set(successors).size).toBe(1);
  });

  it('gives the previous token the same successor for as long as that is unused', async () => {
    const { auth, first, refresh, wait } = await openSession();
    const { refreshToken: second, refreshExpiresAt } = await auth.refresh(first);
    wait(24 * 3_600_000);
    expect(await auth.refresh(first)).toMatchObject({ refreshToken: second, refreshExpiresAt });
    expect(await refresh(second)).not.toBe(second);
  });

  it('keeps the previous token good for 10 s after its successor was first used', async () => {
    const { first, refresh, expectRevoked, wait } = await openSession();
    const second = await refresh(first);
    wait(3_600_000);
    const third = await refresh(second);
    wait(10_000);
    expect(await refresh(first)).toBe(second);
    expect(await refresh(second)).toBe(third);
    wait(1);
    await expectRevoked(first);
  });

  it('counts the 10 s from the first use, not from the last', async () => {
    const { first, refresh, expectRevoked, wait } = await openSession();
    const second = await refresh(first);
    await refresh(second);
    wait(9000);
    await refresh(second);
    wait(1001);
    await expectRevoked(first);
  });

  it('ends the whole session when a token older than the previous one comes back, even at once', async () => {
    const { auth, first, refresh, expectRevoked, wait } = await openSession();
    const second = await refresh(first);
    const third = await refresh(second);
    const { session, refreshToken: fourth } = await auth.refresh(third);
    await auth.authenticate(session.accessToken);
    await expectRevoked(first);
    for (const token of [second, third, fourth]) await expectRevoked(token);
    wait(1001);
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('leaves the other sessions of the user alone when one ends', async () => {
    const { auth, first, refresh, expectRevoked, wait } = await openSession();
    await auth.createUser({ email: 'bob@example.com', role: 'user', password: 'a password of bob' });
    const login = { email: 'BOB@example.com', password: 'a password of bob' };
    const stolen = await auth.login(login);
    const other = await auth.login(login);
    await refresh(await refresh(stolen.refreshToken));
    wait(10_001);
    await expectRevoked(stolen.refreshToken);
    await refresh(other.refreshToken);
    await refresh(first);
  });

  it('refuses a token after its 30 days, and one nobody was given', async () => {
    const { auth, first, wait } = await openSession();
    await expect(auth.refresh('nobody-was-given-this')).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(auth.refresh(undefined)).rejects.toMatchObject({ code: 'token_missing' });
    wait(30 * 24 * 3_600_000);
    await expect(auth.refresh(first)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('ends 90 days after the sign-in, however much it was used', async () => {
    const { auth, first, refresh, wait } = await openSession();
    let newest = first;
    for (let day = 0; day < 80; day += 10) {
      wait(10 * 86_400_000);
      newest = await refresh(newest);
    }
    wait(10 * 86_400_000 - 1);
    newest = await refresh(newest);
    wait(1);
    await expect(auth.refresh(newest)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('ends with logout, by an old token as well as by the newest', async () => {
    const { auth, first, refresh, expectRevoked } = await openSession();
    const second = await refresh(first);
    await auth.logout(first);
    await expectRevoked(second);
    await auth.logout(first);
    await auth.logout('nobody-was-given-this');
    await auth.logout(undefined);
  });

  it('stores no token', async () => {
    const { database, first, refresh } = await openSession();
    for (const token of [first, await refresh(first)]) {
      expect(await database.refreshTokens.find(token)).toBeUndefined();
    }
  });

  it('goes on with the newest token when the secret was changed', async () => {
    const { database, first, refresh, time } = await openSession();
    const second = await refresh(first);
    const changed = createAuth({
      database,
      secret: 'Qm3xT8vKz1rYc6nWb9pLd4hJf7gSa2eU',
      clock: () => time.now,
    });
    const { session } = await changed.refresh(second);
    expect((await changed.authenticate(session.accessToken)).email).toBe('ada@example.com');
  });
});
