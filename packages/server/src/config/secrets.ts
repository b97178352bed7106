import { inspect } from 'node:util';

interface SecretValues {
  /** Absent: the one kept in DATA_DIR. */
  jwtSecret?: string;
  /** Of a Postgres, with its password. Absent: SQLite in DATA_DIR. */
  databaseUrl?: string;
  /** Of a Redis, with its password. Absent: this process serves alone. */
  redisUrl?: string;
  anthropicApiKey?: string;
  openaiApiKey?: string;
}

/** The configuration's secrets: handed to the one room that needs each, and never to a log, an error or a response. */
export class Secrets {
  readonly #values: SecretValues;

  constructor(values: SecretValues) {
    this.#values = values;
  }

  get<Name extends keyof SecretValues>(name: Name): SecretValues[Name] {
    return this.#values[name];
  }

  toJSON(): never {
    throw new Error('secrets are not to be serialised');
  }

  [inspect.custom](): string {
    return 'Secrets {}';
  }
}
