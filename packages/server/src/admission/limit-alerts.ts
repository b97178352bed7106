// In: how much of a limit is used. Out: a line of the log and a count when it comes near, and when it is reached: each once.
// Never: a line per request, however many are refused.
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { AppliedLimit } from './limits.ts';
import { periodAt } from './period-at.ts';

interface Use {
  /** By runs that have ended; requests, by those that have begun. */
  used: number;
  /** Epoch ms; its period counts. */
  at: number;
}

interface AlertPorts {
  logger: Logger;
  metrics: Pick<Metrics, 'noteLimit' | 'noteLimitRefusal'>;
}

type State = 'near' | 'reached';

const NEAR = 0.8;
const MAX_TOLD = 10_000;

/** Of one process: where several serve, each tells of what it sees. A limit that is changed is another one. */
export class LimitAlerts {
  readonly #ports: AlertPorts;
  /** The oldest go first. */
  readonly #told = new Map<string, State>();

  constructor(ports: AlertPorts) {
    this.#ports = ports;
  }

  noteUse(limit: AppliedLimit, use: Use): void {
    if (use.used >= limit.amount) this.#tell('reached', limit, use);
    else if (use.used >= limit.amount * NEAR) this.#tell('near', limit, use);
  }

  /**
   * Something was refused, or cut, for what is left is not enough for it.
   * @param use.isHeld whether more would be left if answers that go on held nothing of it
   */
  noteRefusal(limit: AppliedLimit, { isHeld, ...use }: Use & { isHeld: boolean }): void {
    const { kind: subject, period, unit } = limit;
    this.#ports.metrics.noteLimitRefusal({ subject, period, unit });
    if (!isHeld) this.#tell('reached', limit, use);
  }

  #tell(state: State, { kind: subject, id, period, unit, amount }: AppliedLimit, { used, at }: Use): void {
    const { start, end } = periodAt(period, at);
    const key = [subject, id, period, unit, amount, start].join(' ');
    const told = this.#told.get(key);
    if (told === 'reached' || told === state) return;
    this.#told.set(key, state);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_TOLD && oldest !== undefined) this.#told.delete(oldest);
    const { logger, metrics } = this.#ports;
    metrics.noteLimit(state, { subject, period, unit });
    const resetsAt = new Date(end).toISOString();
    const fields = { alert: `limit.${state}`, subject, target: id, period, unit, amount, used, resetsAt };
    logger.warn(fields, state === 'near' ? 'a limit is near' : 'a limit is reached');
  }
}
