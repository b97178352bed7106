import { describe, expect, it } from 'vitest';
import { openAuth, password, signUp } from './auth.fixture.ts';

const email = 'ada@example.com';

describe('setUp', () => {
  it('makes the first administrator and signs them in', async () => {
    const { auth } = await openAuth();
    expect(await auth.hasAdmin()).toBe(false);
    const { session } = await signUp(auth, 'Ada@Example.com');
    expect(session.user).toEqual({
      id: expect.any(String),
      email: 'Ada@Example.com',
      name: 'Ada',
      role: 'admin',
    });
    expect(await auth.hasAdmin()).toBe(true);
    expect((await auth.login({ email, password })).session.user).toEqual(session.user);
  });

  it('makes one administrator of two setups at once, by one code or by two', async () => {
    for (const codeCount of [1, 2]) {
      const { auth } = await openAuth();
      const one = await auth.createSetupCode();
      const two = codeCount === 2 ? await auth.createSetupCode() : one;
      const outcomes = await Promise.allSettled([
        auth.setup({ code: one, email, password }),
        auth.setup({ code: two, email: 'eve@example.com', password }),
      ]);
      const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(reasons).toMatchObject([{ code: 'token_invalid' }]);
    }
  });

  it('refuses a code that was used, one that is unknown, and a new one once there is an administrator', async () => {
    const { auth, database } = await openAuth();
    const code = await auth.createSetupCode();
    await expect(auth.setup({ code: 'guess', email, password })).rejects.toMatchObject({
      code: 'token_invalid',
    });
    await auth.setup({ code, email, password });
    await expect(auth.setup({ code, email, password })).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(auth.createSetupCode()).rejects.toThrow('there is an administrator already');
    expect(await database.setupCodes.find(code)).toBeUndefined();
  });

  it('refuses a code from before an administrator was made by a command', async () => {
    const { auth } = await openAuth();
    const code = await auth.createSetupCode();
    await auth.createUser({ email: 'root@example.com', role: 'admin', password });
    await expect(auth.setup({ code, email, password })).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('takes a code for 24 hours, and says then that it has expired', async () => {
    const { auth, time } = await openAuth();
    const code = await auth.createSetupCode();
    time.now += 24 * 3_600_000;
    await expect(auth.setup({ code, email, password })).rejects.toMatchObject({ code: 'token_expired' });
    time.now -= 1;
    await auth.setup({ code, email, password });
  });

  it('makes an administrator of a user who had only tokens', async () => {
    const { auth } = await openAuth();
    const { token } = await auth.createAppToken({ email, name: 'cli' });
    const { session } = await signUp(auth, 'ADA@example.com');
    expect((await auth.authenticate(token)).userId).toBe(session.user.id);
    expect(session.user).toMatchObject({ email, name: 'Ada', role: 'admin' });
  });
});
