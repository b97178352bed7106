/** The tables as migrations.ts makes them. Times are epoch ms, flags are 0 or 1, ids are text. */
export interface Schema {
  schema_migrations: { name: string; applied_at: number };
  users: {
    id: string;
    email: string;
    /** The email without its case: what must be unique. */
    email_key: string;
    name: string | null;
    role: 'admin' | 'user';
    password_hash: string | null;
    disabled: 0 | 1;
    created_at: number;
  };
  sessions: { id: string; user_id: string; created_at: number; ended_at: number | null };
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
  };
  setup_codes: { hash: string; created_at: number; expires_at: number; used_at: number | null };
}
