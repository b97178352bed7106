import type { RunStart } from '@sluice/shared';
import type { Run, RunPlace } from './run.ts';

/** The first event of a run, as its process or, in place of that one, another tells it. */
export function toRunStart(
  { id: runId, model, provider, createdAt }: Pick<Run, 'id' | 'model' | 'provider' | 'createdAt'>,
  place: RunPlace | null,
): RunStart {
  return {
    type: 'run-start',
    runId,
    model,
    provider,
    createdAt: new Date(createdAt).toISOString(),
    ...place,
  };
}
