// One JSON object per line, each line ended by a line feed: the header, the rows of one table after the other, the end.

/** Read by this version: no more, no less. A change to the lines themselves is a new one; a migration of the tables is not. */
export const DUMP_FORMAT = 1;

export interface DumpHeader {
  sluice: 'backup';
  format: number;
  /** Of the Sluice that wrote it. */
  version: string;
  /** The last migration of the database it was read from. */
  schema: string;
  /** RFC 3339. */
  createdAt: string;
}

export type DumpRow = Record<string, string | number | null>;

export interface DumpLine {
  table: string;
  row: DumpRow;
}

export interface DumpEnd {
  end: true;
  /** Of each table. */
  rows: Record<string, number>;
  /** In hex; of all bytes before this line. */
  sha256: string;
}

/** What is kept, in an order in which every row comes after those it refers to; and the key by which its rows are ordered. */
export const dumpedTables: readonly { name: string; key: readonly string[] }[] = [
  { name: 'users', key: ['id'] },
  { name: 'identities', key: ['issuer', 'subject'] },
  { name: 'api_tokens', key: ['id'] },
  { name: 'limits', key: ['subject_kind', 'subject_id', 'period', 'unit'] },
  { name: 'conversations', key: ['id'] },
  { name: 'images', key: ['hash'] },
  { name: 'messages', key: ['conversation_id', 'number'] },
  { name: 'message_images', key: ['message_id', 'hash'] },
  { name: 'runs', key: ['id'] },
  { name: 'checkpoints', key: ['run_id', 'seq'] },
  { name: 'shares', key: ['id'] },
  // Their places, so that hits come in the same order; their words are cut anew.
  { name: 'search_documents', key: ['number'] },
];

/**
 * What is left out: what signs people in, and what keeps strangers from it. Everybody signs in again after a restore. And counters,
 * which are made again from the ledger; and who serves the database.
 */
export const undumpedTables = [
  'sessions',
  'refresh_tokens',
  'setup_codes',
  'login_failures',
  'uses',
  'processes',
] as const;
