import type { RunEvent, Usage } from '@sluice/shared';
import type { RunLog } from '../event-log/event-log.ts';
import type { Candidate } from './candidates.ts';
import { SAMPLE_LENGTH } from './estimate-usage.ts';
import type { ProviderEvent } from '../providers/provider.ts';

/** Of a name that an upstream says: no real one is longer. */
const MAX_NAME_LENGTH = 200;
const cut = (name: string) => name.slice(0, MAX_NAME_LENGTH).toWellFormed();

/** What has come of a run's upstream calls so far. */
export class Progress {
  /** Who is being asked, or was asked last. */
  candidate: Candidate | null = null;
  finishReason: 'complete' | 'length' | 'refused' | null = null;
  isFinishTold = false;
  usage: Usage | null = null;
  providerRequestId: string | undefined;
  /** By the provider's own account. */
  costMicroUsd: number | null = null;
  /** Which model answers, where the provider says so. */
  served: { model: string; by?: string } | null = null;
  firstTokenMs: number | null = null;
  /** Whether the last call was left while it was open: it may be charged, though it said nothing. */
  isLeft = false;
  textLength = 0;
  reasoningLength = 0;
  /** The beginning of both, for an estimate of their tokens. */
  sample = '';
  /** The answer, kept for its message: empty outside of conversations. */
  text = '';
  reasoning = '';
  readonly #run: { readonly ageMs: number };

  constructor(run: { readonly ageMs: number }) {
    this.#run = run;
  }

  /** Whether another call may be made: nobody has been shown anything of an answer. */
  get isUnseen(): boolean {
    return this.firstTokenMs === null && this.finishReason === null;
  }

  /** Forgets what a call said that came to nothing. */
  beginCall(candidate: Candidate): void {
    this.candidate = candidate;
    this.usage = null;
    this.providerRequestId = undefined;
    this.costMicroUsd = null;
    this.served = null;
    this.isLeft = false;
  }

  /** Tells followers that the answer is whole, once. */
  tellFinish(log: RunLog): void {
    if (this.finishReason === null || this.isFinishTold) return;
    this.isFinishTold = true;
    log.append([{ type: 'finish', reason: this.finishReason }]);
  }

  /** Takes down what a batch tells. @returns what followers are to see of it */
  note(batch: readonly ProviderEvent[]): RunEvent[] {
    const events: RunEvent[] = [];
    for (const event of batch) {
      switch (event.type) {
        case 'text-delta':
        case 'reasoning-delta':
          this.firstTokenMs ??= this.#run.ageMs;
          this.#measure(event);
          events.push(event);
          break;
        case 'usage':
          this.usage = event.usage;
          break;
        case 'finish':
          this.finishReason = event.reason;
          break;
        case 'call':
          this.providerRequestId = cut(event.providerRequestId);
          break;
        case 'cost':
          this.costMicroUsd = event.microUsd;
          break;
        case 'served':
          this.served = { model: cut(event.model), ...(event.by !== undefined && { by: cut(event.by) }) };
          break;
        default:
          event satisfies never;
      }
    }
    return events;
  }

  #measure(event: Extract<ProviderEvent, { type: 'text-delta' | 'reasoning-delta' }>): void {
    const said = event.type === 'text-delta' ? event.text : event.reasoning;
    if (event.type === 'text-delta') this.textLength += said.length;
    else this.reasoningLength += said.length;
    const left = SAMPLE_LENGTH - this.sample.length;
    if (left > 0) this.sample += said.length > left ? said.slice(0, left) : said;
  }
}
