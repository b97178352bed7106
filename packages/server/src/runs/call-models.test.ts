import { SluiceError } from '@sluice/shared';
import { expect, it } from 'vitest';
import type { RunBudget } from '../admission/run-budget.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { RunLog } from '../event-log/event-log.ts';
import { createLogger } from '../observability/logger.ts';
import type { Provider } from '../providers/provider.ts';
import { type ModelCalls, callModels } from './call-models.ts';
import { Progress } from './progress.ts';
import { Run, RunAbort } from './run.ts';

const model = new Catalog({ providers: [], aliases: {}, models: {}, fallbacks: [] }).resolve(undefined);
const other = { ...model, id: 'demo/other' };

/** @param moveTo what the run's budget does when another model is to answer */
function createCalls({ generate, moveTo }: { generate: Provider['generate']; moveTo: RunBudget['moveTo'] }) {
  const run = new Run({
    id: 'r',
    owner: { userId: 'u' },
    requestId: 'q',
    model: model.id,
    provider: model.provider,
    graceMs: 0,
    conversationId: null,
    dropped: [],
  });
  run.budget = { moveTo } as RunBudget;
  const toCandidate = (each: typeof model) => ({
    model: each,
    provider: { id: 'demo', generate },
    options: { model: each.id } as ModelCalls['candidates']['first']['options'],
  });
  const calls: ModelCalls = {
    run,
    log: { append: () => undefined } as unknown as RunLog,
    candidates: { first: toCandidate(model), fallbacks: [toCandidate(other)] },
    messages: [],
    timeouts: { firstTokenMs: 5000, idleMs: 5000, runMs: 5000 },
    checkpoints: { note: () => undefined },
    logger: createLogger('silent'),
  };
  return { run, calling: callModels(calls, new Progress(run)) };
}

const isMissing = new SluiceError('upstream_invalid', { upstreamStatus: 404 });

it('is aborted at once while the database does not answer whether another model can be paid', async () => {
  const asked = Promise.withResolvers<void>();
  let calls = 0;
  const { run, calling } = createCalls({
    async *generate() {
      calls += 1;
      yield [];
      throw isMissing;
    },
    moveTo: () => {
      asked.resolve();
      return new Promise(() => undefined);
    },
  });
  await asked.promise;
  run.abort(new RunAbort('stopped'));
  await expect(calling).rejects.toBe(isMissing);
  expect([calls, run.model]).toEqual([1, model.id]);
});
