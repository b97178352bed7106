export type DatabaseKind = 'sqlite' | 'postgres';

export interface Migration {
  /** Recorded in the database; never changed once released, nor is its place in the list. */
  name: string;
  /** Text, bigint (epoch ms; 0 | 1) and nothing else, so that every database takes the same statements; but for the search index. */
  statements: readonly Statement[];
}

/** Nothing is run on a database that is not named. */
type Statement = string | Partial<Record<DatabaseKind, string>>;

export const migrations: readonly Migration[] = [
  {
    name: '0001-accounts',
    statements: [
      `create table users (
        id text primary key not null,
        email text not null,
        email_key text not null unique,
        name text,
        role text not null,
        password_hash text,
        disabled bigint not null,
        created_at bigint not null
      )`,
      `create table sessions (
        id text primary key not null,
        user_id text not null references users (id) on delete cascade,
        created_at bigint not null,
        ended_at bigint
      )`,
      'create index sessions_user_id on sessions (user_id)',
      `create table refresh_tokens (
        hash text primary key not null,
        session_id text not null references sessions (id) on delete cascade,
        created_at bigint not null,
        expires_at bigint not null,
        used_at bigint
      )`,
      'create index refresh_tokens_session_id on refresh_tokens (session_id)',
      'create index refresh_tokens_expires_at on refresh_tokens (expires_at)',
      `create table api_tokens (
        id text primary key not null,
        user_id text not null references users (id) on delete cascade,
        name text not null,
        scopes text not null,
        created_at bigint not null,
        expires_at bigint not null,
        revoked_at bigint
      )`,
      'create index api_tokens_user_id on api_tokens (user_id)',
      `create table setup_codes (
        hash text primary key not null,
        created_at bigint not null,
        expires_at bigint not null,
        used_at bigint
      )`,
    ],
  },
  {
    name: '0002-identity-and-memory',
    statements: [
      `create table identities (
        issuer text not null,
        subject text not null,
        user_id text not null references users (id) on delete cascade,
        created_at bigint not null,
        primary key (issuer, subject)
      )`,
      'create index identities_user_id on identities (user_id)',
      'alter table sessions add column last_used_at bigint',
      'alter table sessions add column user_agent text',
      'create index sessions_ended_at on sessions (ended_at) where ended_at is not null',
      // The first version forgot refresh tokens that had expired, but not their sessions.
      'delete from sessions where not exists (select 1 from refresh_tokens where session_id = sessions.id)',
      'alter table api_tokens add column last_used_at bigint',
      'create index users_created_at on users (created_at, id)',
      `create table login_failures (
        key text primary key not null,
        failures bigint not null,
        blocked_until bigint not null,
        updated_at bigint not null
      )`,
      // By its bytes, as in SQLite, so that all keys with one beginning stand side by side.
      { postgres: 'alter table login_failures alter column key type text collate "C"' },
      'create index login_failures_updated_at on login_failures (updated_at)',
      `create table conversations (
        id text primary key not null,
        user_id text not null references users (id) on delete cascade,
        title text,
        pinned bigint not null,
        archived bigint not null,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      'create index conversations_list on conversations (user_id, archived, pinned, updated_at, id)',
      // No reference from a message to its parent: SQLite would cascade one by one, and gives up at a depth of 1,000.
      `create table messages (
        id text primary key not null,
        conversation_id text not null references conversations (id) on delete cascade,
        parent_id text,
        number bigint not null,
        role text not null,
        content text not null,
        reasoning text,
        continues_id text,
        run_id text,
        model text,
        provider text,
        end_reason text,
        error_code text,
        created_at bigint not null
      )`,
      'create unique index messages_conversation on messages (conversation_id, number)',
      `create table images (
        hash text primary key not null,
        media_type text not null,
        data text not null,
        created_at bigint not null
      )`,
      `create table message_images (
        message_id text not null references messages (id) on delete cascade,
        hash text not null references images (hash),
        primary key (message_id, hash)
      )`,
      'create index message_images_hash on message_images (hash)',
      `create table runs (
        id text primary key not null,
        user_id text not null references users (id),
        token_id text,
        conversation_id text,
        message_id text,
        request_id text not null,
        state text not null,
        error_code text,
        model_asked text not null,
        model text not null,
        provider text not null,
        attempts bigint not null,
        provider_request_id text,
        input_tokens bigint,
        output_tokens bigint,
        cache_read_tokens bigint,
        cache_write_tokens bigint,
        reasoning_tokens bigint,
        usage_source text,
        cost_micro_usd bigint,
        cost_source text,
        first_token_ms bigint,
        total_ms bigint,
        metadata text,
        idempotency_key text,
        fingerprint text,
        created_at bigint not null,
        ended_at bigint
      )`,
      'create unique index runs_idempotency_key on runs (user_id, idempotency_key)',
      'create index runs_user_id on runs (user_id, created_at)',
      'create index runs_created_at on runs (created_at)',
      'create index runs_conversation_id on runs (conversation_id)',
      "create index runs_running on runs (id) where state = 'running'",
      `create table checkpoints (
        run_id text not null references runs (id) on delete cascade,
        seq bigint not null,
        text text not null,
        reasoning text not null,
        primary key (run_id, seq)
      )`,
      `create table shares (
        id text primary key not null,
        conversation_id text not null references conversations (id) on delete cascade,
        title text,
        content text not null,
        created_at bigint not null
      )`,
      'create index shares_conversation_id on shares (conversation_id)',
      `create table search_documents (
        number bigint primary key not null,
        conversation_id text not null references conversations (id) on delete cascade,
        message_id text
      )`,
      'create index search_documents_conversation_id on search_documents (conversation_id)',
      {
        // The words are cut by us, the same for both databases: ascii takes what is left between the spaces as it is.
        sqlite: `create virtual table search_index using fts5 (
          owner, body, content = '', contentless_delete = 1, detail = column, prefix = '2 3', tokenize = 'ascii'
        )`,
        postgres: 'alter table search_documents add column lexemes tsvector not null',
      },
      { postgres: 'create index search_documents_lexemes on search_documents using gin (lexemes)' },
    ],
  },
  {
    name: '0003-hidden-conversations',
    statements: [
      'alter table conversations add column hidden bigint not null default 0',
      'create index conversations_hidden on conversations (id) where hidden = 1',
    ],
  },
  {
    name: '0004-limits',
    statements: [
      // A unit is a word, so that one of money is a row like the others.
      `create table limits (
        subject_kind text not null,
        subject_id text not null,
        period text not null,
        unit text not null,
        amount bigint not null,
        primary key (subject_kind, subject_id, period, unit)
      )`,
      // Made from the ledger when they are first needed, and again when they are missing: nothing is lost with them.
      `create table uses (
        period_start bigint not null,
        period text not null,
        subject_kind text not null,
        subject_id text not null,
        requests bigint not null,
        tokens bigint not null,
        held_tokens bigint not null,
        primary key (period_start, period, subject_kind, subject_id)
      )`,
      'alter table runs add column held_tokens bigint',
    ],
  },
  {
    name: '0005-processes',
    statements: [
      `create table processes (
        id text primary key not null,
        beats bigint not null
      )`,
      'alter table runs add column process_id text',
      'alter table runs add column stop_requested_at bigint',
      'alter table runs add column upstream_closed_us bigint',
      'drop index runs_running',
      "create index runs_running_user_id on runs (user_id) where state = 'running'",
      'alter table conversations add column hidden_at bigint',
    ],
  },
  {
    name: '0006-money',
    statements: [
      'alter table uses add column micro_usd bigint not null default 0',
      'alter table uses add column held_micro_usd bigint not null default 0',
      // They are made anew, with the money in them.
      'delete from uses',
      'alter table runs add column held_micro_usd bigint',
      'alter table runs add column served_model text',
      'alter table runs add column served_by text',
    ],
  },
  {
    name: '0007-settings',
    statements: ['alter table conversations add column settings text'],
  },
  {
    name: '0008-chats',
    statements: [
      'alter table runs add column chat_id text',
      // Most runs are of no app's chat: those cost nothing here.
      'create index runs_chat_id on runs (user_id, chat_id, created_at) where chat_id is not null',
    ],
  },
];
