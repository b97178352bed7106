import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { isUniqueViolation } from './is-unique-violation.ts';
import { makeUser } from './rows.fixture.ts';

const DAY_MS = 86_400_000;

/** Users, where they are signed in, their tokens and failed attempts. @param open gives an empty database; the caller closes it */
export function describeAccountStores(name: string, open: () => Promise<Database>): void {
  describe(`stores of accounts over ${name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });

    async function insertUser(changes: Parameters<typeof makeUser>[0] = {}) {
      const user = makeUser(changes);
      await database.users.insert(user);
      return user;
    }

    async function insertSession(
      userId: string,
      { createdAt = 1, expiresAt = 100, userAgent = 'Test' } = {},
    ) {
      const id = randomUUID();
      await database.sessions.insert({ id, userId, createdAt, userAgent });
      await database.refreshTokens.insertIfNew({ hash: randomUUID(), sessionId: id, createdAt, expiresAt });
      return id;
    }

    async function insertToken(userId: string, createdAt = 1) {
      const id = randomUUID();
      const token = { id, name: `token ${id}`, scopes: ['chat', 'usage'], createdAt, expiresAt: 9 };
      await database.apiTokens.insert({ ...token, userId });
      return token;
    }

    it('lists users a page at a time, the oldest first, also those of one moment', async () => {
      const inserted = [];
      for (const createdAt of [5, 4, 4, 4])
        inserted.push(await insertUser({ createdAt: createdAt - DAY_MS }));
      const expected = inserted
        .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
        .map(({ id }) => id);
      const first = await database.users.list({ limit: 3 });
      expect(first.map(({ id }) => id)).toEqual(expected.slice(0, 3));
      const [after] = first.slice(-1);
      const [next] = await database.users.list({ limit: 1, ...(after && { after }) });
      expect(next).toEqual(inserted[0]);
      expect(await database.users.find(expected[0] ?? '')).toEqual(first[0]);
      expect(await database.users.find('none')).toBeUndefined();
    });

    it('says whether there was a user to change', async () => {
      const { id } = await insertUser();
      expect(await database.users.update(id, { name: 'Eve' })).toBe(true);
      expect(await database.users.update('none', { name: 'Eve' })).toBe(false);
    });

    it('holds a user only as they were seen, and enabled', async () => {
      const { users } = database;
      const { id } = await insertUser({ passwordHash: 'old' });
      expect(await users.hold({ id, passwordHash: 'old' })).toBe(true);
      expect(await users.hold({ id, passwordHash: 'new' })).toBe(false);
      expect(await users.hold({ id, passwordHash: null })).toBe(false);
      await users.update(id, { passwordHash: null });
      expect(await users.hold({ id, passwordHash: null })).toBe(true);
      await users.update(id, { isDisabled: true });
      expect(await users.hold({ id, passwordHash: null })).toBe(false);
    });

    it('lets one of two administrators who demote each other at once see that the other is the last', async () => {
      const admin = { role: 'admin', passwordHash: 'x' } as const;
      const admins = [await insertUser(admin), await insertUser(admin)];
      await insertUser({ ...admin, isDisabled: true });
      await insertUser({ ...admin, passwordHash: null });
      const ids = admins.map(({ id }) => id);
      const demote = (id: string) =>
        database.transaction(async ({ users }) => {
          const enabled = await users.holdAdmins();
          if (enabled.every((other) => other === id)) return false;
          return users.update(id, { role: 'user' });
        });
      const were = await Promise.all(ids.map(demote));
      expect(were.filter(Boolean)).toHaveLength(1);
      expect(await database.users.holdAdmins()).toHaveLength(1);
      for (const id of ids) await database.users.update(id, { role: 'user' });
    });

    it('lists the sessions that have neither ended nor expired, the newest first', async () => {
      const { id: userId } = await insertUser();
      const { id: otherId } = await insertUser();
      const old = await insertSession(userId, { createdAt: 1 });
      const young = await insertSession(userId, { createdAt: 2 });
      await insertSession(userId, { expiresAt: 50 });
      await insertSession(otherId);
      await database.sessions.end(await insertSession(userId), 3);
      await database.sessions.markUsed(young, 7);
      await database.sessions.markUsed(young, 6);
      expect(await database.sessions.listOpen(userId, 50)).toEqual([
        { id: young, createdAt: 2, lastUsedAt: 7, userAgent: 'Test' },
        { id: old, createdAt: 1, lastUsedAt: null, userAgent: 'Test' },
      ]);
      expect((await database.sessions.find(young))?.lastUsedAt).toBe(7);
    });

    it("ends a user's sessions: one, all but one, or all; never another's", async () => {
      const { sessions } = database;
      const { id: userId } = await insertUser();
      const stranger = await insertSession((await insertUser()).id);
      const [one = '', two = ''] = await Promise.all([1, 2, 3].map(() => insertSession(userId)));
      expect(await sessions.endOf(userId, { at: 5, only: stranger })).toBe(0);
      expect(await sessions.endOf(userId, { at: 5, only: one })).toBe(1);
      expect(await sessions.endOf(userId, { at: 6, only: one })).toBe(0);
      expect(await sessions.endOf(userId, { at: 7, except: two })).toBe(1);
      expect(await sessions.keepLive([one, two, stranger])).toEqual(new Set([two, stranger]));
      expect(await sessions.endOf(userId, { at: 8 })).toBe(1);
      expect((await sessions.find(one))?.endedAt).toBe(5);
    });

    it('deletes sessions that ended long ago, and those whose refresh tokens have all expired', async () => {
      const { sessions, refreshTokens } = database;
      const { id: userId } = await insertUser();
      const [live = '', ended = '', justEnded = ''] = await Promise.all(
        [1, 2, 3].map(() => insertSession(userId, { expiresAt: 1000 })),
      );
      const expired = await insertSession(userId, { expiresAt: 200 });
      await sessions.end(ended, 299);
      await sessions.end(justEnded, 300);
      const refreshed = await insertSession(userId, { expiresAt: 200 });
      const successor = { hash: randomUUID(), sessionId: refreshed, createdAt: 1, expiresAt: 300 };
      await refreshTokens.insertIfNew(successor);
      await sessions.deleteOver({ endedBefore: 300, expiredBefore: 300 });
      const all = [live, ended, justEnded, expired, refreshed];
      const found = await Promise.all(all.map((id) => sessions.find(id)));
      expect(found.map(Boolean)).toEqual([true, false, true, false, true]);
      await refreshTokens.deleteExpired(300);
      expect(await refreshTokens.find(successor.hash)).toBeDefined();
      await sessions.deleteOver({ endedBefore: 0, expiredBefore: 301 });
      expect(await sessions.find(refreshed)).toBeUndefined();
      expect(await refreshTokens.find(successor.hash)).toBeUndefined();
    });

    it("lists a user's tokens, the newest first, revoked ones included", async () => {
      const { apiTokens } = database;
      const { id: userId } = await insertUser();
      await insertToken((await insertUser()).id);
      const old = await insertToken(userId, 1);
      const young = await insertToken(userId, 2);
      await apiTokens.revoke(old.id, 5);
      await apiTokens.markUsed(young.id, 4);
      await apiTokens.markUsed(young.id, 3);
      expect(await apiTokens.list(userId)).toEqual([
        { ...young, lastUsedAt: 4, revokedAt: null },
        { ...old, lastUsedAt: null, revokedAt: 5 },
      ]);
      expect((await apiTokens.find(young.id))?.lastUsedAt).toBe(4);
      expect(await apiTokens.keepUnrevoked([old.id, young.id])).toEqual(new Set([young.id]));
    });

    it("revokes a token only as its owner's, when an owner is named", async () => {
      const { apiTokens } = database;
      const { id: userId } = await insertUser();
      const { id } = await insertToken(userId);
      expect(await apiTokens.revoke(id, 5, (await insertUser()).id)).toBe(false);
      expect((await apiTokens.find(id))?.revokedAt).toBeNull();
      expect(await apiTokens.revoke(id, 5, userId)).toBe(true);
    });

    it('gives attempts at once a number each, and none while they are refused', async () => {
      const { loginFailures } = database;
      const counts = await Promise.all(Array.from({ length: 10 }, () => loginFailures.count('aa.1', 100)));
      expect(counts.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      await loginFailures.block('aa.1', 200);
      expect(await loginFailures.count('aa.1', 199)).toBeUndefined();
      expect(await loginFailures.blockedUntil('aa.1')).toBe(200);
      expect(await loginFailures.count('aa.2', 199)).toBe(1);
      expect(await loginFailures.count('aa.1', 200)).toBe(11);
      await loginFailures.block('aa.1', 300);
      await loginFailures.takeBack('aa.1');
      expect(await loginFailures.count('aa.1', 201)).toBe(11);
    });

    it('forgets attempts by key, by account and by age', async () => {
      const { loginFailures } = database;
      const keys = ['bb.1', 'bb.2', 'bbc.1', 'bc.1', 'bd.1', 'bb/', 'ba.1', 'bB.1'];
      for (const key of keys) await loginFailures.count(key, key === 'bd.1' ? 1 : 300);
      await loginFailures.clear('bc.1');
      await loginFailures.clearAll('bb.');
      await loginFailures.deleteOld(2);
      const left = await Promise.all(keys.map((key) => loginFailures.blockedUntil(key)));
      expect(left).toEqual([undefined, undefined, 0, undefined, undefined, 0, 0, 0]);
    });

    it('finds the user of an identity by issuer and subject together, and keeps it for one user', async () => {
      const { users, identities } = database;
      const identity = { issuer: 'https://issuer.example', subject: randomUUID() };
      const user = makeUser({ email: '' });
      await users.insert(user, `${identity.issuer} ${identity.subject}`);
      await identities.insert({ ...identity, userId: user.id, createdAt: 1 });
      expect(await identities.find(identity)).toEqual(user);
      expect(await identities.find({ ...identity, issuer: 'https://other.example' })).toBeUndefined();
      const other = await insertUser();
      const again = identities.insert({ ...identity, userId: other.id, createdAt: 2 });
      expect(isUniqueViolation(await again.catch((error: unknown) => error))).toBe(true);
      expect(await identities.listOf([user.id, other.id])).toEqual(new Map([[user.id, identity]]));
      // A second user without an email is no second user with the same one.
      await users.insert(makeUser({ email: '' }), `${identity.issuer} ${randomUUID()}`);
    });

    it('deletes setup codes that were used or expired long ago', async () => {
      const { setupCodes } = database;
      const [used, expired, good] = [randomUUID(), randomUUID(), randomUUID()];
      await setupCodes.insert({ hash: used, createdAt: 1, expiresAt: 900 });
      await setupCodes.useAll(5);
      await setupCodes.insert({ hash: expired, createdAt: 1, expiresAt: 9 });
      await setupCodes.insert({ hash: good, createdAt: 1, expiresAt: 10 });
      await setupCodes.deleteOld(10);
      const found = await Promise.all([used, expired, good].map((hash) => setupCodes.find(hash)));
      expect(found.map(Boolean)).toEqual([false, false, true]);
    });
  });
}
