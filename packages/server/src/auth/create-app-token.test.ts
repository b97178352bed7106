import { describe, expect, it } from 'vitest';
import { openAuth, signUp } from './auth.fixture.ts';

const email = 'bob@example.com';

describe('createAppToken', () => {
  it('lives 90 days unless said otherwise', async () => {
    const { auth, time } = await openAuth();
    const seconds = Math.floor(time.now / 1000);
    const plain = await auth.createAppToken({ email, name: 'cli' });
    const short = await auth.createAppToken({ email, name: 'cli', days: 2 });
    expect((await auth.authenticate(plain.token)).expiresAt).toBe((seconds + 90 * 86_400) * 1000);
    expect((await auth.authenticate(short.token)).expiresAt).toBe((seconds + 2 * 86_400) * 1000);
  });

  it('makes the user once, when two tokens for one email are made at once', async () => {
    const { auth } = await openAuth();
    const made = await Promise.all(
      [email, 'BOB@example.com'].map((each) => auth.createAppToken({ email: each, name: 'cli' })),
    );
    const principals = await Promise.all(made.map(({ token }) => auth.authenticate(token)));
    expect(new Set(principals.map(({ userId }) => userId)).size).toBe(1);
    expect(principals[0]).toMatchObject({ role: 'user', name: null });
  });

  it.each([
    [{ email: 'bob' }, 'not an email address'],
    [{ name: ' ' }, 'name'],
    [{ days: 0 }, 'days'],
    [{ days: 1.5 }, 'days'],
    [{ days: 4000 }, 'days'],
    [{ scopes: [] }, 'scope'],
    [{ scopes: ['chat', 'everything'] }, 'no scope "everything"'],
    [{ scopes: ['admin'] }, 'administrators only'],
  ])('refuses %j, naming what is wrong', async (wrong, message) => {
    const { auth, database } = await openAuth();
    const made = auth.createAppToken({ email, name: 'cli', ...wrong });
    await expect(made).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
    expect(await database.users.findByEmail(email)).toBeUndefined();
  });

  it('refuses a token for a disabled user', async () => {
    const { auth, database } = await openAuth();
    const { session } = await signUp(auth);
    await database.users.update(session.user.id, { isDisabled: true });
    const made = auth.createAppToken({ email: session.user.email, name: 'cli' });
    await expect(made).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('is revoked by its id, twice without harm, and an unknown id is not found', async () => {
    const { auth } = await openAuth();
    const { id } = await auth.createAppToken({ email, name: 'cli' });
    await auth.revokeAppToken(id);
    await auth.revokeAppToken(id);
    await expect(auth.revokeAppToken('none')).rejects.toMatchObject({ code: 'not_found' });
  });
});
