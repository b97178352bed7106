import type { Usage } from '@sluice/shared';
import type { ProviderEvent } from './provider.ts';
import { hasCounts } from './read-usage.ts';

/**
 * Collects what one upstream read brought. Deltas of one type that follow each other become one event, and every delta is
 * well-formed: half of a surrogate pair at the end waits for its other half, however the upstream cut it.
 */
export class EventBatch {
  #events: ProviderEvent[] = [];
  #text = '';
  #type: 'text-delta' | 'reasoning-delta' = 'text-delta';

  addText(text: string): void {
    if (this.#type !== 'text-delta') this.#flush('text-delta');
    this.#text += text;
  }

  addReasoning(reasoning: string): void {
    if (this.#type !== 'reasoning-delta') this.#flush('reasoning-delta');
    this.#text += reasoning;
  }

  add(event: ProviderEvent): void {
    this.#flush(this.#type);
    this.#events.push(event);
  }

  /** Drops one that counts nothing: what was known stays, or is estimated. @returns whether it was kept */
  addUsage(usage: Usage): boolean {
    if (!hasCounts(usage)) return false;
    this.add({ type: 'usage', usage });
    return true;
  }

  /** @returns the events so far, and begins the next batch */
  take(): readonly ProviderEvent[] {
    const text = this.#text;
    const isCut = text !== '' && (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
    if (isCut) this.#text = text.slice(0, -1);
    this.#flush(this.#type);
    if (isCut) this.#text = text.slice(-1);
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #flush(next: 'text-delta' | 'reasoning-delta'): void {
    if (this.#text !== '') {
      const whole = this.#text.toWellFormed();
      this.#events.push(
        this.#type === 'text-delta'
          ? { type: 'text-delta', text: whole }
          : { type: 'reasoning-delta', reasoning: whole },
      );
      this.#text = '';
    }
    this.#type = next;
  }
}
