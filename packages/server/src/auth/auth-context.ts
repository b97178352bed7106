import type { Database } from '../storage/database.ts';
import type { Keys } from './derive-keys.ts';

/** What this room's functions work with. */
export interface AuthContext {
  database: Database;
  keys: Keys;
  /** Epoch ms. */
  clock: () => number;
}
