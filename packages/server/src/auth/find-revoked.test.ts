import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';

async function openOwners() {
  const { auth, database } = await openAuth();
  const { session, refreshToken } = await signUp(auth);
  const { userId, sessionId = '' } = await auth.authenticate(session.accessToken);
  const { id: tokenId } = await auth.createAppToken({ email: 'ada@example.com', name: 'cli' });
  const { id: otherId } = await auth.createUser({ email: 'bob@example.com', role: 'user', password });
  const owners = {
    bySession: { userId, sessionId },
    byToken: { userId, tokenId },
    bare: { userId },
    other: { userId: otherId },
  };
  return {
    auth,
    database,
    refreshToken,
    tokenId,
    userId,
    owners,
    find: () => auth.findRevoked(Object.values(owners)),
  };
}

describe('findRevoked', () => {
  it('finds nobody while nothing has been revoked, and nobody among none', async () => {
    const { auth, find } = await openOwners();
    expect(await find()).toEqual([]);
    expect(await auth.findRevoked([])).toEqual([]);
  });

  it('finds who used a token that was revoked, and nobody else', async () => {
    const { auth, tokenId, owners, find } = await openOwners();
    await auth.revokeAppToken(tokenId);
    const [found, ...more] = await find();
    expect(found).toBe(owners.byToken);
    expect(more).toEqual([]);
  });

  it('finds who used a session that has ended, and nobody else', async () => {
    const { auth, refreshToken, owners, find } = await openOwners();
    await auth.logout(refreshToken);
    const [found, ...more] = await find();
    expect(found).toBe(owners.bySession);
    expect(more).toEqual([]);
  });

  it('finds a disabled user, whatever they asked with', async () => {
    const { database, userId, owners, find } = await openOwners();
    await database.users.update(userId, { isDisabled: true });
    expect(await find()).toEqual([owners.bySession, owners.byToken, owners.bare]);
  });

  it('takes what does not exist for revoked', async () => {
    const { auth, owners } = await openOwners();
    const gone = [
      { userId: 'gone' },
      { ...owners.bare, tokenId: 'gone' },
      { ...owners.bare, sessionId: 'gone' },
    ];
    expect(await auth.findRevoked(gone)).toEqual(gone);
  });
});
