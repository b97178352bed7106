// In: whom a run is counted for. Out: the limits that apply to it, as they are now or were less than a second ago.
// Never: a query per request.
import type { Limit } from '@sluice/shared';
import type { CounterKey } from '../storage/budget-store.ts';
import type { Database } from '../storage/database.ts';
import type { Subjects } from './counter-keys.ts';

/** A limit of a subject: the default is each user's. */
export interface AppliedLimit
  extends Pick<CounterKey, 'kind' | 'id'>, Pick<Limit, 'period' | 'unit' | 'amount'> {
  label: string | null;
}

const MAX_AGE_MS = 1000;
/** From then on the next look is taken beside a request, which does not wait for it. */
const REFRESH_MS = 500;

interface Look {
  /** Epoch ms before the database was asked. */
  at: number;
  limits: Promise<readonly Limit[]>;
}

export class Limits {
  readonly #database: Pick<Database, 'budgets'>;
  readonly #clock: () => number;
  #last: Look | undefined;
  #next: Look | undefined;

  constructor(database: Pick<Database, 'budgets'>, clock: () => number = Date.now) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Makes what this process has just changed count at once here; others see it within a second. */
  forget(): void {
    this.#last = undefined;
    this.#next = undefined;
  }

  /** @param subjects with `model` left out: every model's */
  async applyingTo({
    userId,
    tokenId,
    model,
  }: Omit<Subjects, 'model'> & { model?: string }): Promise<AppliedLimit[]> {
    const limits = await this.#read();
    if (limits.length === 0) return [];
    const own = new Set(limits.filter(({ id, subject }) => subject === 'user' && id === userId).map(nameOf));
    return limits.flatMap((limit) => {
      const { subject, id, ...rest } = limit;
      if (subject === 'default' || id === null) {
        return own.has(nameOf(limit)) ? [] : [{ ...rest, kind: 'user' as const, id: userId }];
      }
      const isTheirs = id === { user: userId, token: tokenId, model: model ?? id }[subject];
      return isTheirs ? [{ ...rest, kind: subject, id }] : [];
    });
  }

  #read(): Promise<readonly Limit[]> {
    const now = this.#clock();
    // The wall clock may be set back: then a look from the future is no younger than one from the past.
    const age = this.#last === undefined ? Infinity : Math.abs(now - this.#last.at);
    if (age > REFRESH_MS) void this.#look(now);
    return age <= MAX_AGE_MS && this.#last !== undefined ? this.#last.limits : this.#look(now);
  }

  /** Requests that come together share one. */
  #look(at: number): Promise<readonly Limit[]> {
    if (this.#next !== undefined && Math.abs(at - this.#next.at) <= MAX_AGE_MS) return this.#next.limits;
    const look = { at, limits: this.#database.budgets.listLimits() };
    this.#next = look;
    look.limits.then(
      () => {
        if (this.#next !== look) return;
        this.#last = look;
        this.#next = undefined;
      },
      () => {
        if (this.#next === look) this.#next = undefined;
      },
    );
    return look.limits;
  }
}

const nameOf = ({ period, unit }: Limit) => `${period} ${unit}`;
