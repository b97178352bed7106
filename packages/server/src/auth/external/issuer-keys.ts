// In: the header of a token that an identity provider is said to have signed. Out: the public key it names.
// Never: a request to the provider for each token that names a key nobody has; nor a key from the token itself.
import { SluiceError } from '@sluice/shared';
import {
  type CryptoKey,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type LocalJWKSet,
  errors,
} from 'jose';
import type { Logger } from '../../observability/logger.ts';
import { fetchKeys } from './fetch-keys.ts';
import type { IdentityProvider } from './identity-provider.ts';

/** After that keys are fetched anew, while the old ones go on counting. */
const FRESH_MS = 10 * 60_000;
/** For so long old keys count while new ones cannot be had: a key that was withdrawn must not count for ever. */
const USABLE_MS = 60 * 60_000;
/** After a fetch that was of no use. */
const PAUSE_MS = 10_000;

export interface IssuerKeysOptions {
  provider: IdentityProvider;
  /** Epoch ms. */
  clock: () => number;
  logger?: Logger | undefined;
}

export class IssuerKeys implements Disposable {
  readonly #provider: IdentityProvider;
  readonly #clock: () => number;
  readonly #logger: Logger | undefined;
  readonly #closing = new AbortController();
  #known: { keys: LocalJWKSet; at: number } | undefined;
  #loading: Promise<void> | undefined;
  #pausedAt: number | undefined;
  #hasFailed = false;

  constructor({ provider, clock, logger }: IssuerKeysOptions) {
    this.#provider = provider;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * A key of a name that is not known is looked for once, so that a new one counts at once; after a look in vain there is no other
   * for a while.
   * @throws {SluiceError} `token_invalid`; `unavailable` when the keys cannot be had
   */
  async find(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const age = this.#ageOfKnown();
    if (age > USABLE_MS) await this.#load();
    else if (age > FRESH_MS) void this.#load();
    const key = await this.#match(header, token);
    if (key !== undefined) return key;
    const hasLooked = await this.#load();
    const found = await this.#match(header, token);
    if (found !== undefined) return found;
    if (this.#hasFailed) throw unavailable();
    // Not anew for those who come during a pause: it would never end while somebody sends forged names.
    if (hasLooked) this.#pausedAt = this.#clock();
    throw new SluiceError('token_invalid');
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  #ageOfKnown(): number {
    // The wall clock may be set back: an entry from the future is no younger than one from the past.
    return this.#known === undefined ? Infinity : Math.abs(this.#clock() - this.#known.at);
  }

  async #match(header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey | undefined> {
    if (this.#known === undefined || this.#ageOfKnown() > USABLE_MS) throw unavailable();
    try {
      return await this.#known.keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw new SluiceError('token_invalid', {}, { cause: error });
    }
  }

  /** Those who come together share one fetch. @returns whether there was one; during a pause there is none */
  #load(): Promise<boolean> {
    const isPaused = this.#pausedAt !== undefined && Math.abs(this.#clock() - this.#pausedAt) < PAUSE_MS;
    if (this.#loading === undefined && isPaused) return Promise.resolve(false);
    this.#loading ??= this.#fetch().finally(() => (this.#loading = undefined));
    return this.#loading.then(() => true);
  }

  async #fetch(): Promise<void> {
    try {
      const keys = await fetchKeys(this.#provider, this.#closing.signal);
      this.#known = { keys, at: this.#clock() };
      this.#hasFailed = false;
      this.#pausedAt = undefined;
    } catch (error) {
      this.#hasFailed = true;
      this.#pausedAt = this.#clock();
      this.#logger?.warn({ err: error }, "could not fetch the identity provider's keys");
    }
  }
}

function unavailable(): SluiceError {
  return new SluiceError('unavailable', {
    detail: "the identity provider's keys cannot be fetched; try again",
    retryAfterMs: PAUSE_MS,
  });
}
