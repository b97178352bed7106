import type { Audit } from '../observability/audit.ts';
import type { Database } from '../storage/database.ts';
import type { Keys } from './derive-keys.ts';
import type { Passwords } from './password.ts';

/** What this room's functions work with. */
export interface AuthContext {
  database: Database;
  keys: Keys;
  passwords: Passwords;
  /** Epoch ms. */
  clock: () => number;
  /** Makes what this process has just written count at once here; others see it within a second. */
  forget: () => void;
  audit: Audit;
}
