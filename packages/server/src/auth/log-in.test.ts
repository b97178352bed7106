import { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';
import type { Auth } from './auth.ts';
import { argon2Passwords } from './password.ts';

const ada = { email: 'ada@example.com', password };

/** Signs in, and tells how that went. */
function attempt(auth: Auth, login: Partial<typeof ada>, address = '203.0.113.1'): Promise<string> {
  return auth.login({ ...ada, ...login }, { address }).then(
    () => 'in',
    (error: { code: string }) => error.code,
  );
}

async function failOften(auth: Auth, times: number, login: Partial<typeof ada> = {}) {
  const codes: string[] = [];
  for (let count = 1; count <= times; count += 1) {
    codes.push(await attempt(auth, { password: `wrong ${count}`, ...login }));
  }
  return codes;
}

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

  it('does the same work for an unknown email, a wrong password, a user without one and a disabled user', async () => {
    let verified: (string | null | undefined)[] = [];
    const passwords = {
      ...argon2Passwords,
      verify(given: string, hash: string | null | undefined) {
        verified.push(hash);
        return argon2Passwords.verify(given, hash);
      },
    };
    const { auth } = await openAuth({ passwords });
    await signUp(auth);
    await auth.createAppToken({ email: 'bob@example.com', name: 'cli' });
    const { id } = await auth.createUser({ email: 'gone@example.com', role: 'user', password });
    await auth.users.change({ id, changes: { disabled: true } });
    for (const login of [
      { password: 'wrong' },
      { email: 'eve@example.com' },
      { email: 'bob@example.com' },
      { email: 'gone@example.com' },
    ]) {
      verified = [];
      expect(await attempt(auth, login)).toBe('token_invalid');
      expect(verified).toHaveLength(1);
    }
  });
});

describe('wrong passwords', () => {
  it('are refused from the sixth on for half a minute, then for twice as long each time, up to a quarter of an hour', async () => {
    const { auth, time } = await openAuth();
    await signUp(auth);
    expect(await failOften(auth, 6)).toEqual([...Array(5).fill('token_invalid'), 'rate_limited']);
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      time.now += seconds * 1000 - 1;
      await expect(auth.login(ada, { address: '203.0.113.1' })).rejects.toMatchObject({
        code: 'rate_limited',
        details: { retryAfterMs: 1 },
      });
      time.now += 1;
      expect(await failOften(auth, 2)).toEqual(['token_invalid', 'rate_limited']);
    }
  });

  it('keep nobody out who is elsewhere, nor another account', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    await auth.createUser({ email: 'bob@example.com', role: 'user', password });
    await failOften(auth, 20);
    expect(await attempt(auth, {})).toBe('rate_limited');
    expect(await attempt(auth, {}, '203.0.113.2')).toBe('in');
    expect(await attempt(auth, { email: 'bob@example.com' })).toBe('in');
  });

  it('count for the whole network of an IPv6 address, and whatever the case of the email', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    for (let host = 1; host <= 5; host += 1) {
      const email = host % 2 ? 'ADA@example.com' : ada.email;
      expect(await attempt(auth, { email, password: 'wrong' }, `2001:db8::${host}`)).toBe('token_invalid');
    }
    expect(await attempt(auth, {}, '2001:db8::99')).toBe('rate_limited');
    expect(await attempt(auth, {}, '2001:db8:0:1::99')).toBe('in');
  });

  it('are forgotten after one that is right', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    for (let round = 1; round <= 3; round += 1) {
      await failOften(auth, 4);
      expect(await attempt(auth, {})).toBe('in');
    }
  });

  it('count also when they come all at once', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, count) => attempt(auth, { password: `wrong ${count}` })),
    );
    expect(codes.filter((code) => code === 'token_invalid')).toHaveLength(5);
  });

  it('do not count when they could not be looked at', async () => {
    let isOverloaded = false;
    const passwords = {
      ...argon2Passwords,
      verify: (given: string, hash: string | null | undefined) =>
        isOverloaded ? Promise.reject(new SluiceError('unavailable')) : argon2Passwords.verify(given, hash),
    };
    const { auth } = await openAuth({ passwords });
    await signUp(auth);
    await failOften(auth, 4);
    isOverloaded = true;
    expect(await failOften(auth, 10)).toEqual(Array(10).fill('unavailable'));
    isOverloaded = false;
    expect(await failOften(auth, 2)).toEqual(['token_invalid', 'rate_limited']);
  });

  it('are refused in the same way for an email that nobody has', async () => {
    const { auth } = await openAuth();
    await signUp(auth);
    const known = await failOften(auth, 8);
    expect(await failOften(auth, 8, { email: 'eve@example.com' })).toEqual(known);
  });
});

describe('a password that was changed while it was verified', () => {
  it('opens no session', async () => {
    const verifying = Promise.withResolvers<void>();
    let isFirst = true;
    const passwords = {
      ...argon2Passwords,
      async verify(given: string, hash: string | null | undefined) {
        const isRight = await argon2Passwords.verify(given, hash);
        if (isFirst) {
          isFirst = false;
          await verifying.promise;
        }
        return isRight;
      },
    };
    const { auth, database } = await openAuth({ passwords });
    const { session } = await signUp(auth);
    const slow = attempt(auth, {});
    await auth.resetPassword({ ...ada, password: 'another good password' });
    verifying.resolve();
    expect(await slow).toBe('token_invalid');
    expect(await database.sessions.listOpen(session.user.id, 0)).toEqual([]);
  });
});
