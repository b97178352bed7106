import { inspect } from 'node:util';
import type { ProviderSecrets } from './models-config.ts';

interface SecretValues {
  /** Absent: the one kept in DATA_DIR. */
  jwtSecret?: string;
  /** Of a Postgres, with its password. Absent: SQLite in DATA_DIR. */
  databaseUrl?: string;
  /** Of a Redis, with its password. Absent: this process serves alone. */
  redisUrl?: string;
}

/** The configuration's secrets: handed to the one room that needs each, and never to a log, an error or a response. */
export class Secrets {
  readonly #values: SecretValues;
  readonly #providers: ReadonlyMap<string, ProviderSecrets>;

  /** @param providers by their ids */
  constructor(values: SecretValues, providers: ReadonlyMap<string, ProviderSecrets> = new Map()) {
    this.#values = values;
    this.#providers = providers;
  }

  get<Name extends keyof SecretValues>(name: Name): SecretValues[Name] {
    return this.#values[name];
  }

  /** Of one provider: its key, and headers that may hold one. */
  ofProvider(id: string): ProviderSecrets {
    return this.#providers.get(id) ?? {};
  }

  toJSON(): never {
    throw new Error('secrets are not to be serialised');
  }

  [inspect.custom](): string {
    return 'Secrets {}';
  }
}
