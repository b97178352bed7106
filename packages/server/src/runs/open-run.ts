import { type ChatRequest, type Message, SluiceError } from '@sluice/shared';
import { type BudgetPorts, RunBudget } from '../admission/run-budget.ts';
import { type Candidates, estimateCall } from './candidates.ts';
import type { NewRun } from '../storage/stored-run.ts';
import { KEY_LIFETIME_MS } from './claimed-runs.ts';
import { openTurn, prepareTurn } from './open-turn.ts';
import type { Turn } from './read-turn.ts';
import type { Run } from './run.ts';

export interface RunOpening {
  run: Run;
  /** Of this process. */
  processId: string;
  body: ChatRequest;
  candidates: Candidates;
  /** Null outside of conversations, where `asked` is what the model is told. */
  turn: Turn | null;
  asked: readonly Message[];
  /** The request's Idempotency-Key, and what it stands for. */
  claim: NewRun['idempotency'];
}

/**
 * Writes a run down before its upstream call: its row, the claim of its key, what it holds of its limits, and in a conversation its
 * messages, all or nothing.
 * @returns what the model is told
 * @throws {SluiceError} `not_found`, `invalid_request`, `unsupported_option`, `budget_exceeded`
 */
export async function openRun(ports: BudgetPorts, opening: RunOpening): Promise<readonly Message[]> {
  const { database } = ports;
  const { run, candidates, turn, asked, claim } = opening;
  const { first, fallbacks } = candidates;
  const others = fallbacks.map(({ model }) => model.id);
  const budget = await RunBudget.of(ports, subjectsOf(run), others);
  if (turn === null && claim === null && budget === null) {
    await database.runs.insert(toRow(opening, asked));
    run.open(null);
    return asked;
  }
  const prepared = turn && (await prepareTurn(database, turn));
  const opened = await (budget ?? database).transaction(async (stores) => {
    const { userId } = run.owner;
    if (claim !== null) {
      await stores.runs.freeKey({ userId, key: claim.key, before: Date.now() - KEY_LIFETIME_MS });
    }
    const { place, context } = prepared
      ? await openTurn(stores, run, prepared)
      : { place: null, context: asked };
    if (!first.model.capabilities.images) refuseImages(context, first.model.id);
    const row = toRow({ ...opening, place }, context);
    // Last but for the row: others wait for the counters.
    const held = (await budget?.reserve(stores, estimateCall(first, context))) ?? null;
    await stores.runs.insert({ ...row, held });
    return { place, context };
  });
  run.budget = budget;
  run.open(opened.place);
  return opened.context;
}

const subjectsOf = ({ id, owner, model, createdAt }: Run) => ({
  id,
  userId: owner.userId,
  tokenId: owner.tokenId ?? null,
  model,
  createdAt,
});

/** Of what was stored before; those of the request itself have been looked for. */
function refuseImages(context: readonly Message[], modelId: string): void {
  const hasImage = context.some(
    ({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'image'),
  );
  if (!hasImage) return;
  throw new SluiceError('unsupported_option', {
    detail: `model: the conversation has images, which model ${modelId} does not take`,
  });
}

function toRow(
  { run, processId, body, candidates, claim, place = null }: RunOpening & { place?: Run['place'] },
  messages: readonly Message[],
): NewRun {
  return {
    id: run.id,
    userId: run.owner.userId,
    tokenId: run.owner.tokenId ?? null,
    conversationId: place?.conversationId ?? null,
    messageId: place?.messageId ?? null,
    requestId: run.requestId,
    modelAsked: body.model ?? run.model,
    model: run.model,
    provider: run.provider,
    estimatedInputTokens: estimateCall(candidates.first, messages).input,
    metadata: body.metadata ?? null,
    idempotency: claim,
    chatId: run.chatId,
    held: null,
    processId,
    createdAt: run.createdAt,
  };
}
