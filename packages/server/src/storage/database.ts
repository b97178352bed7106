// In: rows as the stores' ports take them. Out: rows; written ones survive a crash of the process or of the machine.
// Never: a query built outside this room, nor SQLite on the main thread.
import type { Kysely } from 'kysely';
import { type ApiTokenStore, createApiTokenStore } from './api-token-store.ts';
import { type BudgetStore, createBudgetStore } from './budget-store.ts';
import { type CheckpointStore, createCheckpointStore } from './checkpoint-store.ts';
import { type ConversationStore, createConversationStore } from './conversation-store.ts';
import { type IdentityStore, createIdentityStore } from './identity-store.ts';
import { type ImageStore, createImageStore } from './image-store.ts';
import { type LoginFailureStore, createLoginFailureStore } from './login-failure-store.ts';
import { type MessageStore, createMessageStore } from './message-store.ts';
import type { DatabaseKind } from './migrations.ts';
import { type ProcessStore, createProcessStore } from './process-store.ts';
import { type RefreshTokenStore, createRefreshTokenStore } from './refresh-token-store.ts';
import { type RunStore, createRunStore } from './run-store.ts';
import type { Schema } from './schema.ts';
import { type SearchStore, createSearchStore } from './search-store.ts';
import { type SessionStore, createSessionStore } from './session-store.ts';
import { type SetupCodeStore, createSetupCodeStore } from './setup-code-store.ts';
import { type ShareStore, createShareStore } from './share-store.ts';
import { type UsageStore, createUsageStore } from './usage-store.ts';
import { type UserStore, createUserStore } from './user-store.ts';

export interface Stores {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly apiTokens: ApiTokenStore;
  readonly setupCodes: SetupCodeStore;
  readonly identities: IdentityStore;
  readonly loginFailures: LoginFailureStore;
  readonly conversations: ConversationStore;
  readonly messages: MessageStore;
  readonly images: ImageStore;
  readonly search: SearchStore;
  readonly shares: ShareStore;
  readonly runs: RunStore;
  readonly checkpoints: CheckpointStore;
  readonly usage: UsageStore;
  readonly budgets: BudgetStore;
  readonly processes: ProcessStore;
}

/** What stores are made of. */
export interface Connections {
  readonly db: Kysely<Schema>;
  /** For what takes long and may be a moment old: a write never waits behind it. The same as `db` within a transaction. */
  readonly reader: Kysely<Schema>;
  readonly kind: DatabaseKind;
}

/** To be closed by whoever opened them. */
export interface OpenConnections extends Connections, AsyncDisposable {}

export interface Database extends Stores, AsyncDisposable {
  /**
   * Runs `work` with stores of its own: all of its writes happen, or none when it throws. On SQLite it holds the write lock from its
   * start, and the one connection: awaiting this database's own stores inside it would wait for ever. On Postgres others run beside
   * it (read committed): what must happen once is a conditional update or a unique key, not a look beforehand; and `work` is run
   * again when it and another one have waited for each other.
   */
  transaction<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result>;
  /** One round trip, which waits behind no write. @throws when the database does not answer */
  ping(): Promise<void>;
}

export function createStores(connections: Connections): Stores {
  const { db } = connections;
  return {
    users: createUserStore(db),
    sessions: createSessionStore(db),
    refreshTokens: createRefreshTokenStore(db),
    apiTokens: createApiTokenStore(db),
    setupCodes: createSetupCodeStore(db),
    identities: createIdentityStore(db),
    loginFailures: createLoginFailureStore(db),
    conversations: createConversationStore(connections),
    messages: createMessageStore(connections),
    images: createImageStore(connections),
    search: createSearchStore(connections),
    shares: createShareStore(connections),
    runs: createRunStore(connections),
    checkpoints: createCheckpointStore(connections),
    usage: createUsageStore(connections),
    budgets: createBudgetStore(connections),
    processes: createProcessStore(connections),
  };
}
