import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';

describe('logIn', () => {
  it('opens a session of its own each time', async () => {
    const { auth } = await openAuth();
    const { session } = await signUp(auth);
    const { email } = session.user;
    const [one, two] = [await auth.login({ email, password }), await auth.login({ email, password })];
    expect(one.refreshToken).not.toBe(two.refreshToken);
    await auth.logout(one.refreshToken);
    expect((await auth.authenticate(two.session.accessToken)).email).toBe(email);
  });

  it('answers a wrong password, an unknown email and a user without a password alike', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    await auth.createAppToken({ email: 'bob@example.com', name: 'cli' });
    const attempts = [
      { email: 'ada@example.com', password: `${password} ` },
      { email: 'eve@example.com', password },
      { email: 'bob@example.com', password },
    ];
    for (const attempt of attempts) {
      await expect(auth.login(attempt)).rejects.toMatchObject({
        code: 'token_invalid',
        message: 'The email or the password is not right.',
      });
    }
  });
});
