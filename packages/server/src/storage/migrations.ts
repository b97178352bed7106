export interface Migration {
  /** Recorded in the database; never changed once released, nor is its place in the list. */
  name: string;
  /** Text, bigint (epoch ms; 0 | 1) and nothing else, so that every database takes the same statements. */
  statements: readonly string[];
}

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
];
