import { outOfScope } from './request-scope.ts';

/** Lines that were not written. */
interface LeftOut<Event> {
  event: Event;
  /** Null: of all those whose address was one too many to count by itself, or is not known. */
  address: string | null;
  suppressed: number;
}

interface Count<Event> extends LeftOut<Event> {
  lines: number;
}

/** Of one event from one address in a minute. */
const MAX_LINES = 60;
const WINDOW_MS = 60_000;
/** Those beyond share what one has: whoever has many addresses is to fill no memory. */
const MAX_COUNTED = 1000;

/** Bounds the lines of what anyone can cause, so that whoever causes many hides nobody else's; what it leaves out it tells of. */
export class LineBudget<Event extends string> implements Disposable {
  readonly #tell: (leftOut: LeftOut<Event>) => void;
  readonly #counts = new Map<string, Count<Event>>();
  #timer: NodeJS.Timeout | undefined;

  /** @param tell called for each event and address once the minute is over */
  constructor(tell: (leftOut: LeftOut<Event>) => void) {
    this.#tell = tell;
  }

  /** @returns whether the line is to be written */
  take(event: Event, address: string | null): boolean {
    this.#timer ??= outOfScope(() => setTimeout(() => this.#settle(), WINDOW_MS).unref());
    const count = this.#countOf(event, address);
    if (count.lines >= MAX_LINES) {
      count.suppressed += 1;
      return false;
    }
    count.lines += 1;
    return true;
  }

  /** Tells of what has been left out up to now. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#settle();
  }

  #countOf(event: Event, address: string | null): Count<Event> {
    const key = `${event} ${address}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (address !== null && this.#counts.size >= MAX_COUNTED) return this.#countOf(event, null);
    const count = { event, address, lines: 0, suppressed: 0 };
    this.#counts.set(key, count);
    return count;
  }

  #settle(): void {
    this.#timer = undefined;
    for (const { event, address, suppressed } of this.#counts.values()) {
      if (suppressed > 0) this.#tell({ event, address, suppressed });
    }
    this.#counts.clear();
  }
}
