/** One variable of the environment, as docs/operating.md lists it. */
interface EnvironmentVariable {
  name: string;
  /** As the user would write it; `–` when there is none. */
  default: string;
  about: string;
}

/** Every variable Sluice reads, once; the table of docs/operating.md is made from this list. */
export const environmentVariables = [
  { name: 'HOST', default: '127.0.0.1', about: 'Address to listen on.' },
  { name: 'PORT', default: '3000', about: 'Port to listen on; 0 takes a free one.' },
  {
    name: 'PUBLIC_URL',
    default: 'http://127.0.0.1:PORT',
    about:
      'What people type into the browser. Decides Secure cookies, HSTS, the setup link and which Host names are answered (others get 421). Loopback names count as one.',
  },
  { name: 'DATA_DIR', default: './data', about: 'Database file, generated secrets and lock.' },
  {
    name: 'DATABASE_URL',
    default: '–',
    about: 'A Postgres to use instead of the file in DATA_DIR: `postgres://user:password@host/database`.',
  },
  {
    name: 'REDIS_URL',
    default: '–',
    about:
      'A Redis, 7 or newer, that several servers on one DATABASE_URL share: `redis://user:password@host:port/0`, or `rediss://`. Needs DATABASE_URL and JWT_SECRET.',
  },
  {
    name: 'JWT_SECRET',
    default: 'generated',
    about: 'At least 32 bytes; made at the first start and kept in DATA_DIR when not given.',
  },
  {
    name: 'OIDC_ISSUER',
    default: '–',
    about:
      'An identity provider whose access tokens are taken as well: its `iss`, exactly; its keys are found by OpenID Connect Discovery.',
  },
  {
    name: 'OIDC_AUDIENCE',
    default: '–',
    about: 'What `aud` of its tokens must hold; needed with OIDC_ISSUER.',
  },
  {
    name: 'OIDC_JWKS_URL',
    default: 'discovered',
    about: 'Where its keys are, if it has no `/.well-known/openid-configuration`.',
  },
  {
    name: 'OIDC_REQUIRED_CLAIM',
    default: '–',
    about:
      'Whose first token makes their account: `name=value` of a claim, or `*` for everyone with a valid token. Unset: accounts are made with `sluice user create --oidc-sub`.',
  },
  { name: 'ANTHROPIC_API_KEY', default: '–', about: 'Enables the models under `anthropic/`.' },
  { name: 'OPENAI_API_KEY', default: '–', about: 'Enables the models under `openai/`.' },
  {
    name: 'GEMINI_API_KEY',
    default: '–',
    about: 'Enables the models under `gemini/`; counts more than GOOGLE_API_KEY.',
  },
  { name: 'GOOGLE_API_KEY', default: '–', about: 'Another name of GEMINI_API_KEY.' },
  { name: 'OPENROUTER_API_KEY', default: '–', about: 'Enables the models under `openrouter/`.' },
  { name: 'AIAND_API_KEY', default: '–', about: 'Enables the models under `aiand/`.' },
  {
    name: 'ANTHROPIC_BASE_URL',
    default: "the vendor's",
    about: 'Where the Anthropic API is, without `/v1`.',
  },
  {
    name: 'OPENAI_BASE_URL',
    default: "the vendor's",
    about:
      'Where the OpenAI API is, with `/v1`. Elsewhere than at OpenAI models are asked by chat completions, unless the file says `responses`.',
  },
  { name: 'GEMINI_BASE_URL', default: "the vendor's", about: 'Where the Gemini API is, without `/v1beta`.' },
  { name: 'OPENROUTER_BASE_URL', default: "the vendor's", about: 'Where OpenRouter is, with `/v1`.' },
  { name: 'AIAND_BASE_URL', default: "the vendor's", about: 'Where ai& is, with `/v1`.' },
  {
    name: 'OLLAMA_HOST',
    default: 'looked for',
    about:
      "Where Ollama is: host, host:port or a URL, as Ollama's own clients take it. Unset: used from when it is found at 127.0.0.1:11434; `off`: not looked for.",
  },
  {
    name: 'SLUICE_CONFIG',
    default: './sluice.config.json',
    about:
      'A file with more providers, models, prices and aliases: [models and providers](models-and-providers.md). It must be there if named here.',
  },
  {
    name: 'CORS_ORIGINS',
    default: 'none',
    about: 'Exact origins, separated by commas, whose pages may call the API with a token.',
  },
  {
    name: 'TRUST_PROXY',
    default: 'false',
    about: 'Number of proxies in front, or a list of their addresses (CIDR); never `true`.',
  },
  {
    name: 'FIRST_TOKEN_TIMEOUT_MS',
    default: '300000',
    about: 'How long a model may take to its first text or reasoning.',
  },
  { name: 'IDLE_TIMEOUT_MS', default: '60000', about: 'How long a model may be silent after that.' },
  { name: 'RUN_TIMEOUT_MS', default: '1800000', about: 'How long one answer may take in all.' },
  { name: 'HEARTBEAT_MS', default: '10000', about: 'Silence after which a stream gets a comment line.' },
  { name: 'DRAIN_MS', default: '30000', about: 'Time that running answers get at shutdown.' },
  {
    name: 'GRACE_MS',
    default: '30000',
    about:
      'How long an answer goes on after its last reader has left, for requests with an Idempotency-Key. Above 10000, so that answers in many tabs, which take turns on few connections, outlive the turns of the others.',
  },
  { name: 'MAX_GRACE_MS', default: '120000', about: 'The most that a request may ask for as `graceMs`.' },
  { name: 'MAX_RUNS_PER_USER', default: '8', about: 'Answers one user may have running; 0 = no limit.' },
  {
    name: 'RATE_LIMIT_PER_MINUTE',
    default: '120',
    about:
      'Run starts per user and minute; other routes get ten times as much; sign-in and anonymous requests are counted per address; 0 = no limit.',
  },
  { name: 'EVENT_LOG_MB', default: '256', about: 'Memory for the event logs of runs.' },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    about:
      'trace, debug, info, warn, error, fatal or silent; lines of the audit log are written at every level but the last.',
  },
  {
    name: 'METRICS_PORT',
    default: '–',
    about:
      'A second port on HOST, for Prometheus: `GET /metrics`, without a password, so never to be published; 0 takes a free one. Unset: nothing is counted. [Observability](observability.md).',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '–',
    about:
      'An OpenTelemetry collector that traces are sent to, by OTLP over HTTP: `http://collector:4318`. Unset: nothing is traced.',
  },
] as const satisfies EnvironmentVariable[];

export type EnvironmentName = (typeof environmentVariables)[number]['name'];

export type Environment = Partial<Record<string, string>>;

/** The only reader of process.env. */
export function readEnvironment(): Environment {
  return process.env;
}
