// In: what running answers have written since their last checkpoint. Out: all of it, for a run whose process died.
// Never: what a run that has ended wrote; its message has that.
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export interface Checkpoint {
  runId: string;
  /** Its place among the run's: 1, 2, 3 … */
  seq: number;
  text: string;
  reasoning: string;
}

export interface CheckpointStore {
  /** Those of several runs in one statement; one that is there is replaced: a write that failed may have come through. */
  insert(checkpoints: readonly Checkpoint[]): Promise<void>;
  /** The run's checkpoints as one text. */
  read(runId: string): Promise<{ text: string; reasoning: string }>;
  delete(runId: string): Promise<void>;
}

export function createCheckpointStore({ db }: { db: Kysely<Schema> }): CheckpointStore {
  return {
    async insert(checkpoints) {
      const rows = checkpoints.map(({ runId, seq, text, reasoning }) => ({
        run_id: runId,
        seq,
        text: JSON.stringify(text),
        reasoning: JSON.stringify(reasoning),
      }));
      await db
        .insertInto('checkpoints')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'seq']).doUpdateSet((column) => ({
            text: column.ref('excluded.text'),
            reasoning: column.ref('excluded.reasoning'),
          })),
        )
        .execute();
    },
    async read(runId) {
      const query = db.selectFrom('checkpoints').select(['text', 'reasoning']).where('run_id', '=', runId);
      const rows = await query.orderBy('seq').execute();
      return {
        text: rows.map(({ text }) => JSON.parse(text) as string).join(''),
        reasoning: rows.map(({ reasoning }) => JSON.parse(reasoning) as string).join(''),
      };
    },
    async delete(runId) {
      await db.deleteFrom('checkpoints').where('run_id', '=', runId).execute();
    },
  };
}
