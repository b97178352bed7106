// In: providers that can say which models they have. Out: what each says, as soon as it is known.
// Never: a wait for whoever asks the catalogue, or a list forgotten because a look has failed.
import type { OfferedModel } from './catalog-model.ts';

/** Who can be asked. */
export interface ModelSource {
  provider: string;
  /** @throws whatever it fails with, the signal's reason too */
  list: (signal: AbortSignal) => Promise<readonly OfferedModel[]>;
  /** Nobody has named it: it is looked for until it is there, and that it is not is nothing to tell. */
  isLookedFor: boolean;
}

export interface LiveModelsPorts {
  onListed: (provider: string, models: readonly OfferedModel[]) => void;
  /** Once until a look succeeds again. */
  onFailed: (provider: string, error: unknown) => void;
}

const LOOK_EVERY_MS = 10 * 60_000;
/** After a look that failed; after each further one twice as much, but for what is looked for. */
const RETRY_MS = 30_000;
/** Not longer while nothing has come at all: it may be a server that starts late. */
const FIRST_RETRY_MS = 60_000;
/** One look may take so long. */
const DEADLINE_MS = 10_000;

/** Asks each source at once, and again and again. */
export class LiveModels implements Disposable {
  readonly #ports: LiveModelsPorts;
  readonly #watches = new Map<string, Watch>();

  constructor(ports: LiveModelsPorts) {
    this.#ports = ports;
  }

  /** Begins with those that are new and ends with those that are gone; the same object is the same source. */
  watch(sources: readonly ModelSource[]): void {
    const wanted = new Map(sources.map((source) => [source.provider, source]));
    for (const [provider, watch] of this.#watches) {
      if (watch.source === wanted.get(provider)) continue;
      watch[Symbol.dispose]();
      this.#watches.delete(provider);
    }
    for (const source of sources) {
      if (!this.#watches.has(source.provider))
        this.#watches.set(source.provider, new Watch(source, this.#ports));
    }
  }

  /** Resolves once a provider has been asked for the first time, with or without success; at once where nobody asks it. */
  async firstLook(provider: string): Promise<void> {
    await this.#watches.get(provider)?.firstLook;
  }

  [Symbol.dispose](): void {
    this.watch([]);
  }
}

class Watch implements Disposable {
  readonly source: ModelSource;
  readonly firstLook: Promise<void>;
  readonly #ports: LiveModelsPorts;
  readonly #ending = new AbortController();
  #failures = 0;
  #hasAnswered = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: ModelSource, ports: LiveModelsPorts) {
    this.source = source;
    this.#ports = ports;
    this.firstLook = this.#look();
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { provider, list, isLookedFor } = this.source;
    const ending = this.#ending.signal;
    try {
      const models = await list(AbortSignal.any([ending, AbortSignal.timeout(DEADLINE_MS)]));
      if (ending.aborted) return;
      this.#hasAnswered = true;
      this.#failures = models.length === 0 && isLookedFor ? 1 : 0;
      this.#ports.onListed(provider, models);
    } catch (error) {
      if (ending.aborted) return;
      this.#failures += 1;
      if (this.#failures === 1 && !isLookedFor) this.#ports.onFailed(provider, error);
    }
    this.#timer = setTimeout(() => void this.#look(), this.#waitMs());
    this.#timer.unref();
  }

  #waitMs(): number {
    if (this.#failures === 0) return LOOK_EVERY_MS;
    if (this.source.isLookedFor) return RETRY_MS;
    const longestMs = this.#hasAnswered ? LOOK_EVERY_MS : FIRST_RETRY_MS;
    return Math.min(RETRY_MS * 2 ** (this.#failures - 1), longestMs);
  }
}
