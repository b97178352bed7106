import { describe, expect, it } from 'vitest';
import { openAuth, signUp } from './auth.fixture.ts';

async function openTokens() {
  const opened = await openAuth();
  const { session } = await signUp(opened.auth);
  return { ...opened, userId: session.user.id };
}

describe("one's own tokens", () => {
  it('are shown once, and work for what they say', async () => {
    const { auth, userId, time } = await openTokens();
    const terms = { name: 'cli', days: 1, scopes: ['usage', 'chat', 'chat'] };
    const { token, ...created } = await auth.tokens.create(userId, terms);
    expect(created).toEqual({
      id: expect.any(String),
      name: 'cli',
      scopes: ['usage', 'chat'],
      createdAt: new Date(time.now).toISOString(),
      expiresAt: new Date(time.now + 86_400_000).toISOString(),
    });
    expect(await auth.authenticate(token)).toMatchObject({
      userId,
      tokenId: created.id,
      scopes: ['chat', 'usage'],
    });
    const { tokens } = await auth.tokens.list(userId);
    expect(tokens).toMatchObject([{ ...created, revokedAt: null }]);
    expect(JSON.stringify(tokens)).not.toContain(token);
  });

  it('have no more scopes than their owner, and last 90 days unless said', async () => {
    const { auth, time } = await openTokens();
    const { id } = await auth.createUser({ email: 'bob@example.com', role: 'user' });
    await expect(auth.tokens.create(id, { name: 'x', scopes: ['admin'] })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('scopes:'),
    });
    const { scopes, expiresAt } = await auth.tokens.create(id, { name: 'x' });
    expect([scopes, Date.parse(expiresAt) - time.now]).toEqual([['chat'], 90 * 86_400_000]);
  });

  it('are revoked by their owner alone, at once', async () => {
    const { auth, userId } = await openTokens();
    const { id: other } = await auth.createUser({ email: 'bob@example.com', role: 'user' });
    const { id, token } = await auth.tokens.create(other, { name: 'x' });
    await auth.authenticate(token);
    await expect(auth.tokens.revoke(userId, id)).rejects.toMatchObject({ code: 'not_found' });
    await auth.authenticate(token);
    await auth.tokens.revoke(other, id);
    await auth.tokens.revoke(other, id);
    await expect(auth.authenticate(token)).rejects.toMatchObject({ code: 'token_revoked' });
    expect((await auth.tokens.list(other)).tokens[0]?.revokedAt).not.toBeNull();
  });
});
