// In: a run, and the limits that apply to it. Out: tokens set aside for it, or a refusal that says which limit was in the way.
// Never: more set aside than is left; nor counters changed apart from the run's row.
import { SluiceError } from '@sluice/shared';
import type { Database, Stores } from '../storage/database.ts';
import type { CounterKey } from '../storage/budget-store.ts';
import { type Subjects, counterKeysOf } from './counter-keys.ts';
import type { AppliedLimit, Limits } from './limits.ts';
import { MissingCounters, makeCounters } from './make-counters.ts';
import { refusalOf } from './refuse-over-limit.ts';

export interface BudgetedRun extends Subjects {
  id: string;
  /** Epoch ms. */
  createdAt: number;
}

/** What a request may cost, in tokens. */
export interface Estimate {
  input: number;
  output: number;
}

interface Ports {
  database: Database;
  limits: Limits;
}

/** For counters that a change of limits takes away in between. */
const MAX_ATTEMPTS = 3;
const none = { requests: 0, tokens: 0, heldTokens: 0 };

/** What one run holds of the limits that apply to it. */
export class RunBudget {
  readonly #ports: Ports;
  #run: BudgetedRun;
  #limits: readonly AppliedLimit[];
  #inputTokens = 0;
  /** Of all it may use: input and output. */
  heldTokens = 0;

  private constructor(ports: Ports, run: BudgetedRun, limits: readonly AppliedLimit[]) {
    this.#ports = ports;
    this.#run = run;
    this.#limits = limits;
  }

  /**
   * @param fallbacks models that may answer instead
   * @returns null when no limit applies, whichever answers: nothing is counted then
   */
  static async of(ports: Ports, run: BudgetedRun, fallbacks: readonly string[]): Promise<RunBudget | null> {
    const limits = await ports.limits.applyingTo(run);
    const budget = new RunBudget(ports, run, limits);
    if (limits.length > 0) return budget;
    for (const model of fallbacks) {
      if ((await ports.limits.applyingTo({ ...run, model })).length > 0) return budget;
    }
    return null;
  }

  /** For the output, as far as what is held goes; Infinity when tokens are not limited. */
  get outputTokens(): number {
    return this.#limits.some(({ unit }) => unit === 'tokens')
      ? this.heldTokens - this.#inputTokens
      : Infinity;
  }

  /** A transaction of the database in which counters that are needed are there. */
  async transaction<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ports.database.transaction(async (stores) => {
          await stores.budgets.keepMakersOut();
          return work(stores);
        });
      } catch (error) {
        if (!(error instanceof MissingCounters)) throw error;
        if (attempt > MAX_ATTEMPTS) throw new SluiceError('unavailable', {}, { cause: error });
        await makeCounters(this.#ports.database, error.limits, this.#run.createdAt);
      }
    }
  }

  /**
   * Sets aside what a request may cost, or what is left of it, within the transaction that writes the run down.
   * @returns the tokens held
   * @throws {SluiceError} `budget_exceeded` when less is left than the input and one token more
   */
  async reserve(stores: Stores, { input, output }: Estimate): Promise<number> {
    const left = await this.#lockLeft(stores, { requests: 1, tokens: input + 1 });
    this.#inputTokens = input;
    this.heldTokens = left === Infinity ? 0 : Math.min(input + output, left);
    await stores.budgets.addToCounters(this.#keys, { ...none, requests: 1, heldTokens: this.heldTokens });
    return this.heldTokens;
  }

  /**
   * Holds up to `wanted` tokens more. A run that has ended gets none.
   * @throws {SluiceError} `budget_exceeded` when there are none left
   */
  async holdMore(wanted: number): Promise<void> {
    this.#limits = await this.#ports.limits.applyingTo(this.#run);
    const more = await this.transaction(async (stores) => {
      // The run's row before the counters, as at its end.
      if (!(await stores.runs.hold(this.#run.id, 0))) return 0;
      const left = await this.#lockLeft(stores, { requests: 0, tokens: 1 });
      const granted = Math.min(wanted, left);
      await stores.budgets.addToCounters(this.#keys, { ...none, heldTokens: granted });
      await stores.runs.hold(this.#run.id, granted);
      return granted;
    });
    this.heldTokens += more;
  }

  /**
   * Another model is to answer: what the first one's counters held, the other's hold from now on.
   * @throws {SluiceError} `budget_exceeded` when the other model's limits leave nothing; all is as it was then
   */
  async moveTo(model: { id: string; provider: string }, estimate: Estimate): Promise<void> {
    const [before, held] = [this.#run, this.heldTokens];
    const limits = await this.#ports.limits.applyingTo({ ...before, model: model.id });
    const previous = { keys: this.#keys, limits: this.#limits };
    this.#run = { ...before, model: model.id };
    this.#limits = limits;
    try {
      await this.transaction(async (stores) => {
        if (!(await stores.runs.serveBy(before.id, model))) return;
        await stores.budgets.lockCounters([...previous.keys, ...this.#keys]);
        await stores.budgets.addToCounters(previous.keys, { ...none, requests: -1, heldTokens: -held });
        await stores.runs.hold(before.id, (await this.reserve(stores, estimate)) - held);
      });
    } catch (error) {
      [this.#run, this.#limits, this.heldTokens] = [before, previous.limits, held];
      throw error;
    }
  }

  get #keys(): readonly CounterKey[] {
    return counterKeysOf(this.#run, this.#run.createdAt);
  }

  /** @returns the tokens that every limit leaves, and at least those needed; Infinity when they are not limited */
  async #lockLeft(stores: Stores, needed: { requests: number; tokens: number }): Promise<number> {
    const { createdAt } = this.#run;
    const counters = await stores.budgets.lockCounters(this.#keys);
    const missing: AppliedLimit[] = [];
    let tokensLeft = Infinity;
    for (const limit of this.#limits) {
      const counter = counters.find(
        ({ kind, id, period }) => kind === limit.kind && id === limit.id && period === limit.period,
      );
      if (counter === undefined) {
        missing.push(limit);
        continue;
      }
      const used = limit.unit === 'tokens' ? counter.tokens + counter.heldTokens : counter.requests;
      const left = limit.amount - used;
      if (left < needed[limit.unit]) throw refusalOf({ limit, left, needed: needed[limit.unit], createdAt });
      if (limit.unit === 'tokens') tokensLeft = Math.min(tokensLeft, left);
    }
    if (missing.length > 0) throw new MissingCounters(missing);
    return tokensLeft;
  }
}
