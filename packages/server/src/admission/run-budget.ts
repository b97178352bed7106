// In: a run, and the limits that apply to it. Out: tokens set aside for it, or a refusal that says which limit was in the way.
// Never: more set aside than is left; nor counters changed apart from the run's row.
import { SluiceError } from '@sluice/shared';
import type { Database, Stores } from '../storage/database.ts';
import type { CounterKey } from '../storage/budget-store.ts';
import type { Held } from '../storage/counted-run.ts';
import { type Subjects, counterKeysOf, heldOf, nothing } from './counter-keys.ts';
import type { LimitAlerts } from './limit-alerts.ts';
import type { AppliedLimit, Limits } from './limits.ts';
import { MissingCounters, makeCounters } from './make-counters.ts';
import { refusalOf, unpriced } from './refuse-over-limit.ts';

export interface BudgetedRun extends Subjects {
  id: string;
  /** Epoch ms. */
  createdAt: number;
}

/** What a request may cost. */
export interface Estimate {
  /** Tokens. */
  input: number;
  output: number;
  price: TokenPrice | null;
}

/** In US dollars per million tokens, which is millionths of a dollar per token. */
export interface TokenPrice {
  inputPerMTok: number;
  outputPerMTok: number;
}

export interface BudgetPorts {
  database: Database;
  limits: Limits;
  alerts?: LimitAlerts;
}

/** For counters that a change of limits takes away in between. */
const MAX_ATTEMPTS = 3;

/** What one run holds of the limits that apply to it. */
export class RunBudget {
  readonly #ports: BudgetPorts;
  #run: BudgetedRun;
  #limits: readonly AppliedLimit[];
  #estimate: Estimate = { input: 0, output: 0, price: null };
  /** Of all it may use, input and output, as far as that is limited. */
  held: Held = { tokens: 0, microUsd: 0 };

  private constructor(ports: BudgetPorts, run: BudgetedRun, limits: readonly AppliedLimit[]) {
    this.#ports = ports;
    this.#run = run;
    this.#limits = limits;
  }

  /**
   * @param fallbacks models that may answer instead
   * @returns null when no limit applies, whichever answers: nothing is counted then
   */
  static async of(
    ports: BudgetPorts,
    run: BudgetedRun,
    fallbacks: readonly string[],
  ): Promise<RunBudget | null> {
    const limits = await ports.limits.applyingTo(run);
    const budget = new RunBudget(ports, run, limits);
    if (limits.length > 0) return budget;
    for (const model of fallbacks) {
      if ((await ports.limits.applyingTo({ ...run, model })).length > 0) return budget;
    }
    return null;
  }

  /** For the output, as far as what is held goes; Infinity when neither tokens nor money are limited. */
  get outputTokens(): number {
    const { input, price } = this.#estimate;
    const ofTokens = this.#isLimited('tokens') ? this.held.tokens - input : Infinity;
    if (!this.#isLimited('microUsd') || price === null || price.outputPerMTok === 0) return ofTokens;
    return Math.min(
      ofTokens,
      Math.floor((this.held.microUsd - input * price.inputPerMTok) / price.outputPerMTok),
    );
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
   * @returns what is held
   * @throws {SluiceError} `budget_exceeded` when a limit leaves less than the input and one token more; or less than all of it, while
   * others hold some: only one at a time may go on beyond what is left
   */
  async reserve(stores: Stores, estimate: Estimate): Promise<Held> {
    const { input, output, price } = estimate;
    const least = { requests: 1, tokens: input + 1, microUsd: costOf(estimate, 1) };
    const most = { requests: 1, tokens: input + output, microUsd: costOf(estimate, output) };
    const left = await this.#lockLeft(stores, { least, most, price });
    this.#estimate = estimate;
    this.held = lesser(most, left);
    const { tokens: heldTokens, microUsd: heldMicroUsd } = this.held;
    await stores.budgets.addToCounters(this.#keys, { ...nothing, requests: 1, heldTokens, heldMicroUsd });
    return this.held;
  }

  /**
   * Holds what up to `wanted` tokens of output more may cost. A run that has ended gets none.
   * @throws {SluiceError} `budget_exceeded` when there are none left
   */
  async holdMore(wanted: number): Promise<void> {
    this.#limits = await this.#ports.limits.applyingTo(this.#run);
    const { price } = this.#estimate;
    const ofOutput = { input: 0, output: wanted, price };
    const more = await this.transaction(async (stores) => {
      // The run's row before the counters, as at its end.
      if (!(await stores.runs.hold(this.#run.id, { tokens: 0, microUsd: 0 }))) return noHold;
      const least = { requests: 0, tokens: 1, microUsd: costOf(ofOutput, 1) };
      const left = await this.#lockLeft(stores, { least, most: least, price });
      const granted = lesser({ tokens: wanted, microUsd: costOf(ofOutput, wanted) }, left);
      await this.#addHeld(stores, this.#keys, granted);
      await stores.runs.hold(this.#run.id, granted);
      return granted;
    });
    this.held = plus(this.held, more);
  }

  /**
   * Another model is to answer: what the first one's counters held, the other's hold from now on.
   * @throws {SluiceError} `budget_exceeded` when the other model's limits leave nothing; all is as it was then
   */
  async moveTo(model: { id: string; provider: string }, estimate: Estimate): Promise<void> {
    const [before, held, estimated] = [this.#run, this.held, this.#estimate];
    const limits = await this.#ports.limits.applyingTo({ ...before, model: model.id });
    const previous = { keys: this.#keys, limits: this.#limits };
    this.#run = { ...before, model: model.id };
    this.#limits = limits;
    try {
      await this.transaction(async (stores) => {
        if (!(await stores.runs.serveBy(before.id, model))) return;
        await stores.budgets.lockCounters([...previous.keys, ...this.#keys]);
        const released = minus(noHold, held);
        await stores.budgets.addToCounters(previous.keys, { ...nothing, requests: -1 });
        await this.#addHeld(stores, previous.keys, released);
        await stores.runs.hold(before.id, plus(await this.reserve(stores, estimate), released));
      });
    } catch (error) {
      [this.#run, this.#limits, this.held] = [before, previous.limits, held];
      this.#estimate = estimated;
      throw error;
    }
  }

  /** Tells of limits that this run has brought near, or used up; once it has ended. Never rejects: what is missed is told by the next. */
  async tellNearness(): Promise<void> {
    const { alerts, database, limits } = this.#ports;
    if (alerts === undefined) return;
    const { createdAt: at } = this.#run;
    try {
      const applied = await limits.applyingTo(this.#run);
      if (applied.length === 0) return;
      const counters = await database.budgets.readCounters(this.#keys);
      for (const limit of applied) {
        const { kind, id, period, unit } = limit;
        const counter = counters.find(
          (each) => each.kind === kind && each.id === id && each.period === period,
        );
        if (counter !== undefined) alerts.noteUse(limit, { used: counter[unit], at });
      }
    } catch {
      // The database is away, which is told elsewhere.
    }
  }

  get #keys(): readonly CounterKey[] {
    return counterKeysOf(this.#run, this.#run.createdAt);
  }

  #isLimited(unit: AppliedLimit['unit']): boolean {
    return this.#limits.some((limit) => limit.unit === unit);
  }

  async #addHeld(stores: Stores, keys: readonly CounterKey[], { tokens, microUsd }: Held): Promise<void> {
    await stores.budgets.addToCounters(keys, { ...nothing, heldTokens: tokens, heldMicroUsd: microUsd });
  }

  /** @returns what every limit leaves, and at least what is needed; Infinity of what is not limited */
  async #lockLeft(stores: Stores, { least, most, price }: Wanted): Promise<Held> {
    const { createdAt, model } = this.#run;
    if (price === null && this.#isLimited('microUsd')) throw unpriced(model);
    const counters = await stores.budgets.lockCounters(this.#keys);
    const missing: AppliedLimit[] = [];
    const lefts = { requests: Infinity, tokens: Infinity, microUsd: Infinity };
    for (const limit of this.#limits) {
      const { unit } = limit;
      const counter = counters.find(
        ({ kind, id, period }) => kind === limit.kind && id === limit.id && period === limit.period,
      );
      if (counter === undefined) {
        missing.push(limit);
        continue;
      }
      const held = heldOf(counter, unit);
      const left = limit.amount - counter[unit] - held;
      const ofOthers = held - (unit === 'requests' ? 0 : this.held[unit]);
      const needed = ofOthers > 0 ? most[unit] : least[unit];
      if (needed > 0 && left < needed) {
        const isHeld = ofOthers > 0 && left + ofOthers > 0;
        this.#ports.alerts?.noteRefusal(limit, { used: counter[unit], at: createdAt, isHeld });
        throw refusalOf({ limit, left, held: ofOthers, needed, createdAt });
      }
      lefts[unit] = Math.min(lefts[unit], left);
    }
    if (missing.length > 0) throw new MissingCounters(missing);
    return lefts;
  }
}

type Unit = AppliedLimit['unit'];

interface Wanted {
  /** With less it is refused. */
  least: Record<Unit, number>;
  /** What it may come to. */
  most: Record<Unit, number>;
  price: TokenPrice | null;
}

const noHold: Held = { tokens: 0, microUsd: 0 };

const plus = (one: Held, other: Held): Held => ({
  tokens: one.tokens + other.tokens,
  microUsd: one.microUsd + other.microUsd,
});

const minus = (one: Held, other: Held): Held => ({
  tokens: one.tokens - other.tokens,
  microUsd: one.microUsd - other.microUsd,
});

/** Of what is not limited nothing is held. */
const lesser = (wanted: Held, left: Held): Held => ({
  tokens: left.tokens === Infinity ? 0 : Math.max(0, Math.min(wanted.tokens, left.tokens)),
  microUsd: left.microUsd === Infinity ? 0 : Math.max(0, Math.min(wanted.microUsd, left.microUsd)),
});

/** Rounded up: what is held is never less than it may cost. */
function costOf({ input, price }: Estimate, output: number): number {
  return price === null ? 0 : Math.ceil(input * price.inputPerMTok + output * price.outputPerMTok);
}
