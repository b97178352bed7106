import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { isUniqueViolation } from './is-unique-violation.ts';
import { makeUser } from './rows.fixture.ts';
import type { StoredUser } from './user-store.ts';

/** What every database must do. @param open gives an empty one; the caller closes what is left open */
export function describeStores(name: string, open: () => Promise<Database>): void {
  describe(`stores over ${name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });

    async function insertSession() {
      const user = makeUser();
      const sessionId = randomUUID();
      await database.users.insert(user);
      await database.sessions.insert({ id: sessionId, userId: user.id, createdAt: 1 });
      return { user, sessionId };
    }

    it('knows whether there is an administrator', async () => {
      const { users } = database;
      const user = makeUser();
      await users.insert(user);
      expect(await users.hasAdmin()).toBe(false);
      await users.update(user.id, { role: 'admin' });
      expect(await users.hasAdmin()).toBe(true);
      await users.update(user.id, { role: 'user' });
      expect(await users.hasAdmin()).toBe(false);
    });

    it('lets one of many transactions at once be the one that uses something up', async () => {
      await database.setupCodes.insert({ hash: randomUUID(), createdAt: 1, expiresAt: 2 });
      const were = await Promise.all(
        Array.from({ length: 20 }, () =>
          database.transaction(async ({ users, setupCodes }) => {
            await users.insert(makeUser());
            return setupCodes.useAll(3);
          }),
        ),
      );
      expect(were.filter(Boolean)).toHaveLength(1);
    });

    it('shows nobody what a transaction has not written for good', async () => {
      const user = makeUser();
      let reading: Promise<StoredUser | undefined> | undefined;
      const failed = database.transaction(async ({ users }) => {
        await users.insert(user);
        reading = database.users.findByEmail(user.email);
        await users.insert(makeUser());
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await reading).toBeUndefined();
    });

    it('finds a user by email, whatever its case, as it was stored', async () => {
      const user = makeUser();
      await database.users.insert(user);
      expect(await database.users.findByEmail(user.email.toUpperCase())).toEqual(user);
      expect(await database.users.findByEmail(`x${user.email}`)).toBeUndefined();
    });

    it('refuses an email that differs by case alone, as a unique violation', async () => {
      const user = makeUser({ email: `ärzte.${randomUUID()}@example.com` });
      await database.users.insert(user);
      const again = database.users.insert(makeUser({ email: user.email.toUpperCase() }));
      expect(isUniqueViolation(await again.catch((error: unknown) => error))).toBe(true);
    });

    it('refuses a second row with one id, as a unique violation', async () => {
      const user = makeUser();
      await database.users.insert(user);
      const again = database.users.insert(makeUser({ id: user.id }));
      expect(isUniqueViolation(await again.catch((error: unknown) => error))).toBe(true);
    });

    it('replaces the fields of a user that are given, and no others', async () => {
      const { users } = database;
      const user = makeUser();
      await users.insert(user);
      await users.update(user.id, { passwordHash: 'x', isDisabled: true });
      expect(await users.findByEmail(user.email)).toEqual({ ...user, passwordHash: 'x', isDisabled: true });
      await users.update(user.id, { name: null, passwordHash: null, isDisabled: false });
      expect(await users.findByEmail(user.email)).toEqual({ ...user, name: null });
    });

    it('finds a session with its user, and keeps the time of its first end', async () => {
      const { sessions } = database;
      const { user, sessionId } = await insertSession();
      expect(await sessions.find(sessionId)).toEqual({
        id: sessionId,
        user,
        createdAt: expect.any(Number),
        endedAt: null,
        lastUsedAt: null,
      });
      await sessions.end(sessionId, 2);
      await sessions.end(sessionId, 3);
      expect((await sessions.find(sessionId))?.endedAt).toBe(2);
      expect(await sessions.find('none')).toBeUndefined();
    });

    it('refuses a session of nobody, not as a unique violation', async () => {
      const error: unknown = await database.sessions
        .insert({ id: randomUUID(), userId: 'nobody', createdAt: 1 })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(isUniqueViolation(error)).toBe(false);
    });

    it('keeps the first of two refresh tokens with one hash, and the time of its first use', async () => {
      const { refreshTokens } = database;
      const { sessionId } = await insertSession();
      const token = { hash: randomUUID(), sessionId, createdAt: 1, expiresAt: 10 };
      await refreshTokens.insertIfNew(token);
      await refreshTokens.insertIfNew({ ...token, expiresAt: 99 });
      expect(await refreshTokens.find(token.hash)).toEqual({ ...token, usedAt: null });
      await refreshTokens.markUsed(token.hash, 5);
      await refreshTokens.markUsed(token.hash, 6);
      expect(await refreshTokens.find(token.hash)).toEqual({ ...token, usedAt: 5 });
    });

    it('deletes the refresh tokens that have expired, and no others', async () => {
      const { refreshTokens } = database;
      const { sessionId } = await insertSession();
      const tokens = [9, 10].map((expiresAt) => ({ hash: randomUUID(), sessionId, createdAt: 1, expiresAt }));
      for (const token of tokens) await refreshTokens.insertIfNew(token);
      await refreshTokens.deleteExpired(10);
      const found = await Promise.all(tokens.map(({ hash }) => refreshTokens.find(hash)));
      expect(found.map((token) => token?.expiresAt)).toEqual([undefined, 10]);
    });

    it('finds an app token with its user, and keeps the time of its first revocation', async () => {
      const { users, apiTokens } = database;
      const user = makeUser();
      const id = randomUUID();
      await users.insert(user);
      await apiTokens.insert({
        id,
        userId: user.id,
        name: 'cli',
        scopes: ['chat', 'usage'],
        createdAt: 1,
        expiresAt: 2,
      });
      expect(await apiTokens.find(id)).toEqual({ id, user, revokedAt: null, lastUsedAt: null });
      expect(await apiTokens.revoke(id, 3)).toBe(true);
      expect(await apiTokens.revoke(id, 4)).toBe(true);
      expect((await apiTokens.find(id))?.revokedAt).toBe(3);
      expect(await apiTokens.revoke('none', 4)).toBe(false);
    });

    it('uses up all setup codes at once, once', async () => {
      const { setupCodes } = database;
      await setupCodes.insert({ hash: 'a', createdAt: 1, expiresAt: 2 });
      await setupCodes.insert({ hash: 'b', createdAt: 1, expiresAt: 2 });
      expect(await setupCodes.useAll(7)).toBe(true);
      expect(await setupCodes.useAll(8)).toBe(false);
      expect(await setupCodes.find('b')).toEqual({ hash: 'b', createdAt: 1, expiresAt: 2, usedAt: 7 });
    });

    it('writes all of a transaction, or none of it', async () => {
      const user = makeUser();
      const failed = database.transaction(async ({ users }) => {
        await users.insert(user);
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await database.users.findByEmail(user.email)).toBeUndefined();
      await database.transaction(({ users }) => users.insert(user));
      expect(await database.users.findByEmail(user.email)).toEqual(user);
    });

    it('answers a ping until it is closed, which may be done twice', async () => {
      const closed = await open();
      await closed.ping();
      await closed[Symbol.asyncDispose]();
      await expect(closed.ping()).rejects.toThrow();
      await closed[Symbol.asyncDispose]();
    });

    it('answers what was asked before it was closed, and refuses what is asked after', async () => {
      const closed = await open();
      const users = Array.from({ length: 200 }, () => makeUser());
      const added = users.map((user) => closed.users.insert(user));
      const later = makeUser();
      const found = closed.transaction(async (stores) => {
        await stores.users.insert(later);
        return stores.users.find(later.id);
      });
      const closing = closed[Symbol.asyncDispose]();
      const answers = await Promise.allSettled([...added, found, closing]);
      expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(await found).toEqual(later);
      await expect(closed.users.insert(makeUser())).rejects.toThrow(/closed|destroyed/);
    });
  });
}
