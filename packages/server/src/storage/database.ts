// In: rows as the stores' ports take them. Out: rows; written ones survive a crash of the process or of the machine.
// Never: a query built outside this room, nor SQLite on the main thread.
import type { Kysely } from 'kysely';
import { type ApiTokenStore, createApiTokenStore } from './api-token-store.ts';
import { type RefreshTokenStore, createRefreshTokenStore } from './refresh-token-store.ts';
import type { Schema } from './schema.ts';
import { type SessionStore, createSessionStore } from './session-store.ts';
import { type SetupCodeStore, createSetupCodeStore } from './setup-code-store.ts';
import { type UserStore, createUserStore } from './user-store.ts';

export interface Stores {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly apiTokens: ApiTokenStore;
  readonly setupCodes: SetupCodeStore;
}

export interface Database extends Stores, AsyncDisposable {
  /**
   * Runs `work` with stores of its own: all of its writes happen, or none when it throws. It holds the write lock from its start,
   * and the one connection: awaiting this database's own stores inside it would wait for ever.
   */
  transaction<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result>;
  /** One round trip. @throws when the database does not answer */
  ping(): Promise<void>;
}

export function createStores(db: Kysely<Schema>): Stores {
  return {
    users: createUserStore(db),
    sessions: createSessionStore(db),
    refreshTokens: createRefreshTokenStore(db),
    apiTokens: createApiTokenStore(db),
    setupCodes: createSetupCodeStore(db),
  };
}
