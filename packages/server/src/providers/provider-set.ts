import { isDeepStrictEqual } from 'node:util';
import { type OwnedProvider, type ProviderSettings, createProvider } from './create-provider.ts';
import { createDemoProvider } from './demo/demo-provider.ts';
import type { Provider } from './provider.ts';

interface Made {
  settings: ProviderSettings;
  provider: OwnedProvider;
}

/** The providers that can be asked, which others can take the place of while calls run: a call keeps the one it began with. */
export class ProviderSet implements AsyncDisposable {
  readonly #byId = new Map<string, Provider>();
  readonly #made = new Map<string, Made>();
  /** Those of before, too: their calls may go on, and end with the process at the latest. */
  readonly #owned = new AsyncDisposableStack();

  constructor() {
    this.#addDemo();
  }

  /** Changes in place. */
  get byId(): ReadonlyMap<string, Provider> {
    return this.#byId;
  }

  /**
   * Makes what is new; providers whose settings are the same stay as they are, with their connections.
   * @returns what puts them in the place of those of before, at once
   * @throws {Error} when one cannot be made; all is as before then
   */
  async prepare(settings: readonly ProviderSettings[]): Promise<() => void> {
    const next: [string, Made][] = [];
    for (const wanted of settings) {
      const former = this.#made.get(wanted.id);
      const isSame = former !== undefined && isDeepStrictEqual(former.settings, wanted);
      const made = isSame ? former : await this.#make(wanted);
      next.push([wanted.id, made]);
    }
    return () => {
      this.#made.clear();
      this.#byId.clear();
      this.#addDemo();
      for (const [id, made] of next) {
        this.#made.set(id, made);
        this.#byId.set(id, made.provider);
      }
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }

  async #make(settings: ProviderSettings): Promise<Made> {
    return { settings, provider: this.#owned.use(await createProvider(settings)) };
  }

  /** It is there whatever else is: the catalogue offers it only while nothing else can be asked. */
  #addDemo(): void {
    const demo = createDemoProvider();
    this.#byId.set(demo.id, demo);
  }
}
