import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';

async function openAccount() {
  const opened = await openAuth();
  const { auth, time } = opened;
  const first = await signUp(auth);
  time.now += 1000;
  const here = await auth.login(
    { email: 'ada@example.com', password },
    { userAgent: 'Browser '.repeat(100) },
  );
  const principal = await auth.authenticate(here.session.accessToken);
  const change = (currentPassword: string, newPassword = 'another good password') =>
    auth.account.changePassword(principal, { currentPassword, newPassword }, { address: '203.0.113.1' });
  return { ...opened, first, here, principal, change };
}

describe("one's own account", () => {
  it('takes another name, and none, at once', async () => {
    const { auth, here, principal } = await openAccount();
    for (const name of ['Ada L.', null]) {
      await auth.account.rename(principal, name);
      expect((await auth.authenticate(here.session.accessToken)).name).toBe(name);
    }
  });

  it('changes its password: other sessions end, this one and tokens for apps go on', async () => {
    const { auth, first, here, change } = await openAccount();
    const { token } = await auth.createAppToken({ email: 'ada@example.com', name: 'cli' });
    await auth.authenticate(first.session.accessToken);
    await change(password);
    await expect(auth.authenticate(first.session.accessToken)).rejects.toMatchObject({
      code: 'token_revoked',
    });
    await expect(auth.refresh(first.refreshToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await auth.authenticate(here.session.accessToken);
    await auth.refresh(here.refreshToken);
    await auth.authenticate(token);
    await auth.login({ email: 'ada@example.com', password: 'another good password' });
    await expect(auth.login({ email: 'ada@example.com', password })).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it('keeps its password from those who do not know it, who may not guess for ever', async () => {
    const { auth, first, change } = await openAccount();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await expect(change('wrong')).rejects.toMatchObject({
        code: 'invalid_request',
        message: 'currentPassword: is not right',
      });
    }
    await expect(change(password)).rejects.toMatchObject({ code: 'rate_limited' });
    await auth.authenticate(first.session.accessToken);
  });

  it('lists where it is signed in, the newest first, and which of them asks', async () => {
    const { auth, principal, time } = await openAccount();
    const { sessions } = await auth.account.listSessions(principal);
    expect(sessions).toMatchObject([
      { id: principal.sessionId, userAgent: 'Browser '.repeat(100).slice(0, 300), current: true },
      { userAgent: null, current: false, createdAt: new Date(time.now - 1000).toISOString() },
    ]);
  });

  it('signs out somewhere else, once, and never somebody else', async () => {
    const { auth, first, principal } = await openAccount();
    await auth.createUser({ email: 'bob@example.com', role: 'user', password });
    const bob = await auth.login({ email: 'bob@example.com', password });
    const { sessionId: bobs = '' } = await auth.authenticate(bob.session.accessToken);
    const { sessionId: other = '' } = await auth.authenticate(first.session.accessToken);
    await auth.account.endSession(principal, other);
    await expect(auth.authenticate(first.session.accessToken)).rejects.toMatchObject({
      code: 'token_revoked',
    });
    for (const id of [other, bobs, 'none']) {
      await expect(auth.account.endSession(principal, id)).rejects.toMatchObject({ code: 'not_found' });
    }
    await auth.authenticate(bob.session.accessToken);
  });

  it('signs out everywhere', async () => {
    const { auth, first, here, principal } = await openAccount();
    await auth.account.endSessions(principal);
    for (const { session } of [first, here]) {
      await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });
    }
  });
});

describe('the last use', () => {
  it('of a session and of a token is kept, to the minute', async () => {
    const { auth, here, principal, time } = await openAccount();
    const start = time.now;
    const { token } = await auth.createAppToken({ email: 'ada@example.com', name: 'cli' });
    const lastUses = async () => {
      const [session] = (await auth.account.listSessions(principal)).sessions;
      const [listed] = (await auth.tokens.list(principal.userId)).tokens;
      return [session?.lastUsedAt, listed?.lastUsedAt];
    };
    const use = async () => {
      for (const one of [here.session.accessToken, token]) await auth.authenticate(one);
    };
    const at = (ms: number) => new Date(start + ms).toISOString();
    await use();
    await expect.poll(lastUses).toEqual([at(0), at(0)]);
    time.now += 59_999;
    await use();
    expect(await lastUses()).toEqual([at(0), at(0)]);
    time.now += 1001;
    await use();
    await expect.poll(lastUses).toEqual([at(61_000), at(61_000)]);
  });
});
