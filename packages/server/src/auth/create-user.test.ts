import { describe, expect, it } from 'vitest';
import { openAuth, password } from './auth.fixture.ts';

describe('createUser', () => {
  it('makes a user who can sign in', async () => {
    const { auth } = await openAuth();
    const { id } = await auth.createUser({ email: 'bob@example.com', role: 'user', password });
    const { session } = await auth.login({ email: 'Bob@example.com', password });
    expect(session.user).toEqual({ id, email: 'bob@example.com', name: null, role: 'user' });
  });

  it.each([
    [{ email: 'ADA@example.com', role: 'user' as const, password }, 'there is already a user'],
    [{ email: 'bob', role: 'user' as const, password }, 'not an email address'],
    [{ email: 'bob@example.com', role: 'user' as const, password: 'too short' }, '12 to 256 characters'],
  ])('refuses %j, naming what is wrong', async (user, message) => {
    const { auth } = await openAuth();
    await auth.createUser({ email: 'ada@example.com', role: 'admin', password });
    await expect(auth.createUser(user)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });
});
