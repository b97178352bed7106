import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';

async function openUsers() {
  const opened = await openAuth();
  const { auth } = opened;
  const { session } = await signUp(auth);
  const bob = await auth.users.create({ email: 'bob@example.com', name: 'Bob', password });
  return { ...opened, adminId: session.user.id, admin: session.accessToken, bob };
}

const lastAdmin = { code: 'invalid_request', message: expect.stringContaining('last administrator') };

describe('users, as administrators see them', () => {
  it('are made as described, with or without a password', async () => {
    const { auth, bob, time } = await openUsers();
    expect(bob).toEqual({
      id: expect.any(String),
      email: 'bob@example.com',
      name: 'Bob',
      role: 'user',
      disabled: false,
      hasPassword: true,
      identity: null,
      createdAt: new Date(time.now).toISOString(),
    });
    await auth.login({ email: 'bob@example.com', password });
    const eve = await auth.users.create({ email: 'eve@example.com', role: 'admin' });
    expect(eve).toMatchObject({ role: 'admin', hasPassword: false, name: null });
    await expect(auth.users.create({ email: 'EVE@example.com' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('email:'),
    });
  });

  it('are listed a page at a time, each once', async () => {
    const { auth, time } = await openUsers();
    for (let count = 1; count <= 5; count += 1) {
      time.now += count % 2;
      await auth.createUser({ email: `user${count}@example.com`, role: 'user' });
    }
    const emails: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await auth.users.list({ limit: 2, cursor });
      emails.push(...page.users.map(({ email }) => email));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(emails).size).toBe(7);
    expect(emails).toHaveLength(7);
    await expect(auth.users.list({ limit: 2, cursor: 'WzEuNSwieCJd' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
    await expect(auth.users.find('none')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lose their sessions and all use of their tokens when they are disabled, at once', async () => {
    const { auth, bob } = await openUsers();
    const { session, refreshToken } = await auth.login({ email: bob.email, password });
    const { token } = await auth.tokens.create(bob.id, { name: 'x' });
    for (const one of [session.accessToken, token]) await auth.authenticate(one);
    expect(await auth.users.change({ id: bob.id, changes: { disabled: true } })).toMatchObject({
      disabled: true,
    });
    for (const one of [session.accessToken, token]) {
      await expect(auth.authenticate(one)).rejects.toMatchObject({ code: 'token_revoked' });
    }
    await expect(auth.refresh(refreshToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await auth.users.change({ id: bob.id, changes: { disabled: false } });
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await auth.authenticate(token);
  });

  it('have the scopes of another role at once', async () => {
    const { auth, adminId, admin, bob } = await openUsers();
    const { token } = await auth.tokens.create(adminId, { name: 'x', scopes: ['chat', 'admin'] });
    await auth.users.change({ id: bob.id, changes: { role: 'admin' } });
    expect((await auth.authenticate(token)).scopes).toContain('admin');
    await auth.users.change({ id: adminId, changes: { role: 'user' }, byUserId: adminId });
    expect((await auth.authenticate(token)).scopes).toEqual(['chat']);
    expect((await auth.authenticate(admin)).scopes).not.toContain('admin');
  });

  it('are signed out when they get a new password, and let in with it', async () => {
    const { auth, bob } = await openUsers();
    const { session } = await auth.login({ email: bob.email, password });
    await auth.users.change({ id: bob.id, changes: { password: 'another good password', name: null } });
    await expect(auth.authenticate(session.accessToken)).rejects.toMatchObject({ code: 'token_revoked' });
    await auth.login({ email: bob.email, password: 'another good password' });
    expect((await auth.users.find(bob.id)).name).toBeNull();
  });

  it('never lose the last administrator who can sign in', async () => {
    const { auth, adminId, bob } = await openUsers();
    for (const changes of [{ role: 'user' as const }, { disabled: true }]) {
      await expect(auth.users.change({ id: adminId, changes })).rejects.toMatchObject(lastAdmin);
    }
    await auth.users.change({ id: bob.id, changes: { role: 'admin', disabled: true } });
    await expect(auth.users.change({ id: adminId, changes: { disabled: true } })).rejects.toMatchObject(
      lastAdmin,
    );
    await auth.users.create({ email: 'eve@example.com', role: 'admin' });
    await expect(auth.users.change({ id: adminId, changes: { role: 'user' } })).rejects.toMatchObject(
      lastAdmin,
    );
    await auth.users.change({ id: bob.id, changes: { disabled: false } });
    const outcomes = await Promise.allSettled(
      [adminId, bob.id].map((id) => auth.users.change({ id, changes: { disabled: true } })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('change what is asked and nothing else; a change of nothing changes nothing', async () => {
    const { auth, bob } = await openUsers();
    expect(await auth.users.change({ id: bob.id, changes: {} })).toEqual(bob);
    expect(await auth.users.change({ id: bob.id, changes: { name: 'Robert' } })).toEqual({
      ...bob,
      name: 'Robert',
    });
    await expect(auth.users.change({ id: 'none', changes: {} })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('change their own password only by knowing it, administrators too', async () => {
    const { auth, adminId } = await openUsers();
    const changes = { password: 'another good password' };
    await expect(auth.users.change({ id: adminId, changes, byUserId: adminId })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('password:'),
    });
  });
});
