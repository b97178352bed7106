// In: attempts to sign in, counted before each is looked at. Out: how many came since the last that was right, and until when no more are taken.
// Never: an email or an address; keys are made of them by auth, and cannot be turned back.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export interface LoginFailureStore {
  /**
   * Counts one attempt, unless attempts are refused until later than `now`.
   * @returns how many it makes, or undefined when it is refused; of many at once, each gets a number of its own
   */
  count(key: string, now: number): Promise<number | undefined>;
  /** Takes one attempt back, and whatever it made be refused. */
  takeBack(key: string): Promise<void>;
  /** Refuses attempts until then. */
  block(key: string, until: number): Promise<void>;
  /** @returns epoch ms; undefined when there were no attempts */
  blockedUntil(key: string): Promise<number | undefined>;
  clear(key: string): Promise<void>;
  /** Clears every key that begins so. @param prefix of ASCII alone; not empty */
  clearAll(prefix: string): Promise<void>;
  /** Forgets what was last counted before then. */
  deleteOld(before: number): Promise<void>;
}

export function createLoginFailureStore(db: Kysely<Schema>): LoginFailureStore {
  return {
    async count(key, now) {
      const row = await db
        .insertInto('login_failures')
        .values({ key, failures: 1, blocked_until: 0, updated_at: now })
        .onConflict((conflict) =>
          conflict
            .column('key')
            .doUpdateSet((eb) => ({
              failures: eb(eb.ref('login_failures.failures'), '+', 1),
              updated_at: now,
            }))
            .where('login_failures.blocked_until', '<=', now),
        )
        .returning('failures')
        .executeTakeFirst();
      return row?.failures;
    },
    async takeBack(key) {
      await db
        .updateTable('login_failures')
        .set((eb) => ({ failures: eb('failures', '-', 1), blocked_until: 0 }))
        .where('key', '=', key)
        .execute();
    },
    async block(key, until) {
      await db.updateTable('login_failures').set({ blocked_until: until }).where('key', '=', key).execute();
    },
    async blockedUntil(key) {
      const query = db.selectFrom('login_failures').select('blocked_until').where('key', '=', key);
      return (await query.executeTakeFirst())?.blocked_until;
    },
    async clear(key) {
      await db.deleteFrom('login_failures').where('key', '=', key).execute();
    },
    async clearAll(prefix) {
      const last = prefix.charCodeAt(prefix.length - 1);
      const end = prefix.slice(0, -1) + String.fromCharCode(last + 1);
      await db.deleteFrom('login_failures').where('key', '>=', prefix).where('key', '<', end).execute();
    },
    async deleteOld(before) {
      await db.deleteFrom('login_failures').where('updated_at', '<', before).execute();
    },
  };
}
