import type { Generated } from 'kysely';

type Flag = 0 | 1;

/** The tables as migrations.ts makes them. Times are epoch ms, flags are 0 or 1, ids are text, JSON is text. */
export interface Schema {
  schema_migrations: { name: string; applied_at: number };
  users: {
    id: string;
    email: string;
    /** What must be unique: the email without its case; of a user of an identity provider, who has none here, their issuer and subject. */
    email_key: string;
    name: string | null;
    role: 'admin' | 'user';
    password_hash: string | null;
    disabled: Flag;
    created_at: number;
  };
  /** Users of an external identity provider. */
  identities: { issuer: string; subject: string; user_id: string; created_at: number };
  sessions: {
    id: string;
    user_id: string;
    created_at: number;
    ended_at: number | null;
    last_used_at: Generated<number | null>;
    user_agent: Generated<string | null>;
  };
  refresh_tokens: {
    hash: string;
    session_id: string;
    created_at: number;
    expires_at: number;
    used_at: number | null;
  };
  api_tokens: {
    id: string;
    user_id: string;
    name: string;
    /** Separated by spaces, as in the token. */
    scopes: string;
    created_at: number;
    expires_at: number;
    revoked_at: number | null;
    last_used_at: Generated<number | null>;
  };
  setup_codes: { hash: string; created_at: number; expires_at: number; used_at: number | null };
  /** Wrong passwords, counted for an account and where they came from. */
  login_failures: { key: string; failures: number; blocked_until: number; updated_at: number };
  conversations: {
    id: string;
    user_id: string;
    title: string | null;
    pinned: Flag;
    archived: Flag;
    created_at: number;
    updated_at: number;
    /** 1: not all of it is there, and nobody finds it. */
    hidden: Generated<Flag>;
    hidden_at: Generated<number | null>;
    /** JSON: what is set for whoever asks in it; null for nothing. */
    settings: Generated<string | null>;
  };
  messages: {
    id: string;
    conversation_id: string;
    /** Null for a first message. */
    parent_id: string | null;
    /** The order in which messages were stored. */
    number: number;
    role: 'system' | 'user' | 'assistant';
    /** JSON: a string, or parts whose images are named by their hash. */
    content: string;
    /** JSON: a string. A column of its own kind of text could not hold every character that a model may send. */
    reasoning: string | null;
    continues_id: string | null;
    run_id: string | null;
    model: string | null;
    provider: string | null;
    /** How an answer's run ended; null while it goes on, and for other messages. */
    end_reason: string | null;
    error_code: string | null;
    created_at: number;
  };
  images: { hash: string; media_type: string; /** Base64. */ data: string; created_at: number };
  message_images: { message_id: string; hash: string };
  /** What a run has written since its last checkpoint; gone once its message is whole. */
  checkpoints: {
    run_id: string;
    seq: number;
    /** JSON: a string, as is `reasoning`. */
    text: string;
    reasoning: string;
  };
  /** One row per run, from its admission on: its state, and once it has ended, the ledger's entry. */
  runs: {
    id: string;
    user_id: string;
    token_id: string | null;
    conversation_id: string | null;
    message_id: string | null;
    request_id: string;
    /** `running`, or how it ended. */
    state: string;
    error_code: string | null;
    model_asked: string;
    model: string;
    provider: string;
    attempts: number;
    provider_request_id: string | null;
    input_tokens: number | null;
    output_tokens: number | null;
    cache_read_tokens: number | null;
    cache_write_tokens: number | null;
    reasoning_tokens: number | null;
    usage_source: 'provider' | 'estimated' | null;
    cost_micro_usd: number | null;
    cost_source: 'provider' | 'catalog' | 'estimated' | null;
    first_token_ms: number | null;
    total_ms: number | null;
    /** JSON: the request's own. */
    metadata: string | null;
    idempotency_key: string | null;
    /** SHA-256 of the request that claimed the key. */
    fingerprint: string | null;
    created_at: number;
    ended_at: number | null;
    /** Null for a run that is counted for no limit. Once it has ended: what it held at its end. */
    held_tokens: Generated<number | null>;
    held_micro_usd: Generated<number | null>;
    /** Which model answered, in its provider's words, and who served it behind that provider. */
    served_model: Generated<string | null>;
    served_by: Generated<string | null>;
    /** Which began it; null for one of a version that served its database alone. */
    process_id: Generated<string | null>;
    /** When somebody who may asked for its end. */
    stop_requested_at: Generated<number | null>;
    /** From its abort to the close of its upstream connection, in microseconds. */
    upstream_closed_us: Generated<number | null>;
    /** The app's own id of the chat it answers in; unique to nobody. */
    chat_id: Generated<string | null>;
  };
  /** Those that serve this database, and how often each has said that it lives. */
  processes: { id: string; beats: number };
  limits: {
    subject_kind: 'default' | 'user' | 'token' | 'model';
    /** Empty for `default`. */
    subject_id: string;
    period: 'day' | 'month';
    unit: 'requests' | 'tokens' | 'microUsd';
    amount: number;
  };
  /** What the runs that began in a period have used, and what those that go on hold: of the ledger's rows, so never more than they say. */
  uses: {
    period_start: number;
    period: 'day' | 'month';
    subject_kind: 'user' | 'token' | 'model';
    subject_id: string;
    requests: number;
    tokens: number;
    held_tokens: number;
    micro_usd: number;
    held_micro_usd: number;
  };
  shares: { id: string; conversation_id: string; title: string | null; content: string; created_at: number };
  /** What can be found: a conversation's title (no message) or one message. Its words are in the database's own index. */
  search_documents: { number: number; conversation_id: string; message_id: string | null };
}
