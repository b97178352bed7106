import { describe, expect, it } from 'vitest';
import { createAuth } from './auth.ts';
import { openAuth, password, signUp, testSecret } from './auth.fixture.ts';
import { deriveKeys } from './derive-keys.ts';
import { signAppToken, signSessionToken } from './sign-token.ts';

const appToken = { email: 'bob@example.com', name: 'cli' };

describe('authenticate', () => {
  it('knows the user of a session, with everything the role may do', async () => {
    const { auth, time } = await openAuth();
    const { session } = await signUp(auth);
    const principal = await auth.authenticate(session.accessToken);
    expect(principal).toEqual({
      userId: session.user.id,
      email: 'ada@example.com',
      name: 'Ada',
      role: 'admin',
      scopes: ['chat', 'history', 'usage', 'admin'],
      sessionId: expect.any(String),
      expiresAt: Math.floor(time.now / 1000) * 1000 + 600_000,
    });
  });

  it('knows the user of an app token, with the scopes it says', async () => {
    const { auth } = await openAuth();
    const plain = await auth.createAppToken(appToken);
    const wide = await auth.createAppToken({ ...appToken, scopes: ['usage', 'chat'] });
    expect(await auth.authenticate(plain.token)).toMatchObject({
      email: 'bob@example.com',
      role: 'user',
      scopes: ['chat'],
      tokenId: plain.id,
    });
    expect((await auth.authenticate(wide.token)).scopes).toEqual(['chat', 'usage']);
  });

  it.each([[undefined], ['']])('asks for a token when there is none: %j', async (token) => {
    const { auth } = await openAuth();
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_missing' });
  });

  it('refuses a refresh token and a setup code as access tokens', async () => {
    const { auth } = await openAuth();
    const code = await auth.createSetupCode();
    const { refreshToken } = await signUp(auth);
    for (const token of [refreshToken, code]) {
      await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_invalid' });
    }
  });

  it('refuses a session token after ten minutes and an app token after its days, at once', async () => {
    const { auth, time } = await openAuth();
    const { session } = await signUp(auth);
    const { token } = await auth.createAppToken({ ...appToken, days: 1 });
    time.now += 599_000;
    await auth.authenticate(session.accessToken);
    time.now += 500;
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_expired' });
    await auth.authenticate(token);
    time.now += 24 * 3_600_000;
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('refuses what was revoked here at once', async () => {
    const { auth } = await openAuth();
    const { session, refreshToken } = await signUp(auth);
    const { id, token } = await auth.createAppToken(appToken);
    await Promise.all([auth.authenticate(token), auth.authenticate(session.accessToken)]);
    await auth.revokeAppToken(id);
    await auth.logout(refreshToken);
    for (const revoked of [token, session.accessToken]) {
      await expect(auth.authenticate(revoked)).rejects.toMatchObject({ code: 'token_revoked' });
    }
  });

  it('refuses what another process has revoked within a second', async () => {
    const { auth, database, time } = await openAuth();
    const other = createAuth({ database, secret: testSecret, clock: () => time.now });
    const { id, token } = await auth.createAppToken(appToken);
    await auth.authenticate(token);
    await other.revokeAppToken(id);
    time.now += 1001;
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('asks the database again when the clock was set back', async () => {
    const { auth, database, time } = await openAuth();
    const { id, token } = await auth.createAppToken({ ...appToken, days: 90 });
    await auth.authenticate(token);
    await database.apiTokens.revoke(id, time.now);
    time.now -= 3_600_000;
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('refuses the tokens and the password of a disabled user', async () => {
    const { auth, database, time } = await openAuth();
    const { session, refreshToken } = await signUp(auth);
    const { email, id } = session.user;
    const { token } = await auth.createAppToken({ email, name: 'cli' });
    await database.users.update(id, { isDisabled: true });
    time.now += 1001;
    for (const refused of [token, session.accessToken]) {
      await expect(auth.authenticate(refused)).rejects.toMatchObject({ code: 'token_revoked' });
    }
    await expect(auth.refresh(refreshToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await expect(auth.login({ email, password })).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('takes away the scope admin with the role', async () => {
    const { auth, database, time } = await openAuth();
    const { session } = await signUp(auth);
    const { email, id } = session.user;
    const { token } = await auth.createAppToken({ email, name: 'cli', scopes: ['chat', 'admin'] });
    expect((await auth.authenticate(token)).scopes).toEqual(['chat', 'admin']);
    await database.users.update(id, { role: 'user' });
    time.now += 1001;
    expect((await auth.authenticate(token)).scopes).toEqual(['chat']);
    expect((await auth.authenticate(session.accessToken)).scopes).toEqual(['chat', 'history', 'usage']);
  });

  it('refuses a token of ours that the database does not know', async () => {
    const { auth, time } = await openAuth();
    const lifetime = { userId: 'ada', issuedAt: time.now, expiresAt: time.now + 60_000 };
    const keys = deriveKeys(testSecret);
    for (const token of [
      signAppToken(keys, { ...lifetime, id: 'none', scopes: ['chat'] }),
      signSessionToken(keys, { ...lifetime, sessionId: 'none' }),
    ]) {
      await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
    }
  });

  it("refuses a token whose user is not its row's", async () => {
    const { auth, time } = await openAuth();
    const { id } = await auth.createAppToken(appToken);
    const lifetime = { userId: 'eve', issuedAt: time.now, expiresAt: time.now + 60_000 };
    const token = signAppToken(deriveKeys(testSecret), { ...lifetime, id, scopes: ['chat'] });
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('looks at the database once for requests that come together, and once a second after', async () => {
    const { database, time, auth } = await openAuth();
    const { token } = await auth.createAppToken(appToken);
    let looks = 0;
    const counting = {
      ...database,
      apiTokens: {
        ...database.apiTokens,
        find: (id: string) => {
          looks += 1;
          return database.apiTokens.find(id);
        },
      },
    };
    const counted = createAuth({ database: counting, secret: testSecret, clock: () => time.now });
    await Promise.all(Array.from({ length: 50 }, () => counted.authenticate(token)));
    time.now += 1000;
    await counted.authenticate(token);
    expect(looks).toBe(1);
    time.now += 1;
    await counted.authenticate(token);
    expect(looks).toBe(2);
  });

  it('does not keep a failure of the database', async () => {
    const { database, time, auth } = await openAuth();
    const { token } = await auth.createAppToken(appToken);
    let isDown = true;
    const failing = {
      ...database,
      apiTokens: {
        ...database.apiTokens,
        find: (id: string) => (isDown ? Promise.reject(new Error('down')) : database.apiTokens.find(id)),
      },
    };
    const flaky = createAuth({ database: failing, secret: testSecret, clock: () => time.now });
    await expect(flaky.authenticate(token)).rejects.toThrow('down');
    isDown = false;
    expect((await flaky.authenticate(token)).email).toBe('bob@example.com');
  });
});
