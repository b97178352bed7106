// In: what a run that has ended really used and cost. Out: its entry in the ledger, and by how much it was wrong.
// Never: a change of what its provider has said before.
import type { Usage } from '@sluice/shared';
import type { Kysely } from 'kysely';
import type { DatabaseKind } from './migrations.ts';
import type { CountedRun } from './counted-run.ts';
import { columnsOf } from './run-rows.ts';
import type { Schema } from './schema.ts';

/** By its provider's own account. */
interface Correction {
  usage: Usage | null;
  microUsd: number;
}

/** By how much the ledger had too little; negative where it had too much. */
interface Corrected {
  /** Of a run that was counted for no limit, too: counters that were made since have it. */
  counted: Omit<CountedRun, 'held'>;
  tokens: number;
  microUsd: number;
}

export interface RunCorrections {
  /** Within a transaction. @returns `running` for one whose end is not written; `known` for one whose provider has said it, or that is gone */
  correct(id: string, correction: Correction): Promise<Corrected | 'running' | 'known'>;
}

export function createRunCorrections(ports: { db: Kysely<Schema>; kind: DatabaseKind }): RunCorrections {
  const { db, kind } = ports;
  return {
    async correct(id, { usage, microUsd }) {
      const query = db.selectFrom('runs').selectAll().where('id', '=', id);
      const row = await (kind === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
      if (row?.state === 'running') return 'running';
      if (row === undefined || row.cost_source === 'provider') return 'known';
      const entry = {
        cost_micro_usd: microUsd,
        cost_source: 'provider' as const,
        ...(usage && columnsOf(usage)),
      };
      await db.updateTable('runs').set(entry).where('id', '=', id).execute();
      const counted = {
        userId: row.user_id,
        tokenId: row.token_id,
        model: row.model,
        createdAt: row.created_at,
      };
      const charged = (row.input_tokens ?? 0) + (row.output_tokens ?? 0);
      return {
        counted,
        tokens: usage === null ? 0 : usage.inputTokens + usage.outputTokens - charged,
        microUsd: microUsd - (row.cost_micro_usd ?? 0),
      };
    },
  };
}
