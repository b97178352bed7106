import { isIP } from 'node:net';
import { resolve } from 'node:path';
import * as z from 'zod';
import { type Environment, type EnvironmentName, environmentVariables, unreadVariables } from './env.ts';
import { Secrets } from './secrets.ts';

/** All problems of a configuration at once, one line each, naming the variable and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const wholeNumber = (fallback: number, range: { min: number; max: number }) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(range.min).max(range.max))
    .default(fallback);

/** Node's timers overflow beyond 2^31 - 1 ms and fire at once. */
const milliseconds = (fallback: number) => wholeNumber(fallback, { min: 1, max: 2 ** 31 - 1 });

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .transform((url) => url.replace(/\/+$/, ''));

const origin = z.string().refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  error: 'must hold exact origins such as https://app.example.com, separated by commas',
});

/** As browsers write it: lower case, without a default port. */
const publicUrl = httpUrl
  .refine((url) => /^https?:\/\/[^/?#@]+$/.test(url), 'must be scheme, host and port alone, without a path')
  .transform((url) => new URL(url).origin);

function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  const isPrefix =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
  return version !== 0 && isPrefix && rest.length === 0;
}

const trustProxy = z
  .string()
  .default('false')
  .transform((value, context) => {
    if (value === 'false') return false as const;
    if (/^\d{1,2}$/.test(value)) return Number(value);
    const ranges = value.split(',').map((range) => range.trim());
    if (ranges.every(isAddressRange)) return ranges;
    context.addIssue('must be false, a number of proxies, or a list of addresses (CIDR); true trusts anyone');
    return z.NEVER;
  });

/** Without a host it names a socket's folder as `?host=`, which a URL's own grammar does not allow. */
const postgresUrl = z
  .string()
  .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url.replace('@/', '@localhost/')), {
    error: 'must be a postgres:// or postgresql:// address; encode what is special in its password',
  });

const redisUrl = z
  .string()
  .refine((url) => /^rediss?:\/\/[^/]*[^/@](\/\d*)?$/.test(url) && URL.canParse(url), {
    error: 'must be redis:// or rediss://, a host, and after it at most the number of a database',
  });

/** Compared with `iss` character by character: nothing of it is changed, not even a slash at its end. */
const issuer = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .regex(/^[^?#@\s]+$/, 'must have no query, fragment or user');

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(3000, { min: 0, max: 65_535 }),
  PUBLIC_URL: publicUrl.optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  JWT_SECRET: z.string().optional(),
  OIDC_ISSUER: issuer.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_JWKS_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  OIDC_REQUIRED_CLAIM: z
    .string()
    .regex(/^(\*|[^=\s]+=.+)$/, 'must be name=value, or * for everyone')
    .optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .pipe(z.array(origin)),
  TRUST_PROXY: trustProxy,
  FIRST_TOKEN_TIMEOUT_MS: milliseconds(300_000),
  IDLE_TIMEOUT_MS: milliseconds(60_000),
  RUN_TIMEOUT_MS: milliseconds(1_800_000),
  HEARTBEAT_MS: milliseconds(10_000),
  DRAIN_MS: wholeNumber(30_000, { min: 0, max: 3_600_000 }),
  GRACE_MS: wholeNumber(30_000, { min: 0, max: 86_400_000 }),
  MAX_GRACE_MS: wholeNumber(120_000, { min: 0, max: 86_400_000 }),
  MAX_RUNS_PER_USER: wholeNumber(8, { min: 0, max: 1_000_000 }),
  RATE_LIMIT_PER_MINUTE: wholeNumber(120, { min: 0, max: 100_000_000 }),
  EVENT_LOG_MB: wholeNumber(256, { min: 1, max: 1_000_000 }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
} satisfies Record<EnvironmentName, z.ZodType>);

/** Set by someone who means something this version cannot do: to start without it would put data in the wrong place. */
const notSupportedYet = ['SLUICE_CONFIG'];

function findProblems(environment: Environment): string[] {
  const problems = notSupportedYet
    .filter((name) => environment[name])
    .map((name) => `${name} is not supported by this version of Sluice; remove it`);
  for (const vendor of ['ANTHROPIC', 'OPENAI']) {
    if (environment[`${vendor}_BASE_URL`] && !environment[`${vendor}_API_KEY`]) {
      problems.push(`${vendor}_BASE_URL needs ${vendor}_API_KEY (any value, if that server takes any)`);
    }
  }
  if (environment['REDIS_URL'] && !environment['DATABASE_URL']) {
    problems.push('REDIS_URL needs DATABASE_URL: servers that share a Redis share a Postgres too');
  }
  if (environment['REDIS_URL'] && !environment['JWT_SECRET']) {
    problems.push('REDIS_URL needs JWT_SECRET: servers must take the tokens that another has signed');
  }
  if (environment['OIDC_ISSUER'] && !environment['OIDC_AUDIENCE']) {
    problems.push("OIDC_ISSUER needs OIDC_AUDIENCE: without it, another app's tokens would be taken here");
  }
  for (const name of ['OIDC_AUDIENCE', 'OIDC_JWKS_URL', 'OIDC_REQUIRED_CLAIM']) {
    if (environment[name] && !environment['OIDC_ISSUER']) problems.push(`${name} needs OIDC_ISSUER`);
  }
  return problems;
}

function groupOidc(values: z.infer<typeof environmentSchema>) {
  const { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL, OIDC_REQUIRED_CLAIM } = values;
  if (OIDC_ISSUER === undefined || OIDC_AUDIENCE === undefined) return undefined;
  return {
    issuer: OIDC_ISSUER,
    audience: OIDC_AUDIENCE,
    ...(OIDC_JWKS_URL !== undefined && { jwksUrl: OIDC_JWKS_URL }),
    ...(OIDC_REQUIRED_CLAIM !== undefined && { requiredClaim: OIDC_REQUIRED_CLAIM }),
  };
}

function group(values: z.infer<typeof environmentSchema>) {
  const provider = (isEnabled: boolean, baseUrl: string | undefined) =>
    isEnabled ? { ...(baseUrl !== undefined && { baseUrl }) } : undefined;
  return {
    host: values.HOST,
    port: values.PORT,
    /** Undefined: the loopback names at the listening port. */
    publicUrl: values.PUBLIC_URL,
    dataDir: resolve(values.DATA_DIR),
    corsOrigins: values.CORS_ORIGINS,
    trustProxy: values.TRUST_PROXY,
    timeouts: {
      firstTokenMs: values.FIRST_TOKEN_TIMEOUT_MS,
      idleMs: values.IDLE_TIMEOUT_MS,
      runMs: values.RUN_TIMEOUT_MS,
    },
    heartbeatMs: values.HEARTBEAT_MS,
    drainMs: values.DRAIN_MS,
    grace: { defaultMs: values.GRACE_MS, maxMs: values.MAX_GRACE_MS },
    maxRunsPerUser: values.MAX_RUNS_PER_USER,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    eventLogBytes: values.EVENT_LOG_MB * 1024 * 1024,
    logLevel: values.LOG_LEVEL,
    oidc: groupOidc(values),
    anthropic: provider(Boolean(values.ANTHROPIC_API_KEY), values.ANTHROPIC_BASE_URL),
    openai: provider(Boolean(values.OPENAI_API_KEY), values.OPENAI_BASE_URL),
  };
}

export type Config = Readonly<
  ReturnType<typeof group> & {
    /** Variables that are set and that this version does not read. */
    unread: readonly string[];
  }
>;

/**
 * @param environment of the process; an empty value counts as not given
 * @throws {ConfigError} with every problem found
 */
export function loadConfig(environment: Environment): { config: Config; secrets: Secrets } {
  const given = environmentVariables.flatMap(({ name }) =>
    environment[name] ? [[name, environment[name].trim()] as const] : [],
  );
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  const problems = findProblems(environment);
  for (const issue of parsed.error?.issues ?? [])
    problems.push(`${issue.path[0]?.toString()} ${issue.message}`);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const { JWT_SECRET, DATABASE_URL, REDIS_URL, ANTHROPIC_API_KEY, OPENAI_API_KEY } = parsed.data;
  const secrets = new Secrets({
    ...(JWT_SECRET !== undefined && { jwtSecret: JWT_SECRET }),
    ...(DATABASE_URL !== undefined && { databaseUrl: DATABASE_URL }),
    ...(REDIS_URL !== undefined && { redisUrl: REDIS_URL }),
    ...(ANTHROPIC_API_KEY !== undefined && { anthropicApiKey: ANTHROPIC_API_KEY }),
    ...(OPENAI_API_KEY !== undefined && { openaiApiKey: OPENAI_API_KEY }),
  });
  const unread = unreadVariables.filter((name) => environment[name]);
  return { config: Object.freeze({ ...group(parsed.data), unread }), secrets };
}
