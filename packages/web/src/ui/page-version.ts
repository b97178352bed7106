/** How often an open page asks, at most. */
const ASK_MS = 60 * 60 * 1000;

const entryScript = /<script[^>]*\ssrc="(\/assets\/[^"]+\.js)"/;

export interface PageVersionPorts {
  /** @returns the HTML the server has for the page now */
  loadPage: () => Promise<string>;
  /** The address of the script that this page began with. */
  current: string;
  now: () => number;
}

/** Knows whether the server has a newer page than the one that is open. */
export class PageVersion {
  readonly #ports: PageVersionPorts;
  readonly #listeners = new Set<() => void>();
  #askedAtMs: number;
  #isOld = false;

  constructor(ports: PageVersionPorts) {
    this.#ports = ports;
    this.#askedAtMs = ports.now();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly isOld = (): boolean => this.#isOld;

  /** Asks, unless it is known or has been asked lately; what goes wrong is asked again another time. */
  async check(): Promise<void> {
    const { loadPage, current, now } = this.#ports;
    if (this.#isOld || now() - this.#askedAtMs < ASK_MS) return;
    this.#askedAtMs = now();
    const page = await loadPage().catch(() => '');
    const entry = entryScript.exec(page)?.[1];
    if (entry === undefined || entry === current) return;
    this.#isOld = true;
    for (const listener of this.#listeners) listener();
  }
}
