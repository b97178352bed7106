import { basename, resolve } from 'node:path';
import type * as z from 'zod';
import { type Environment, environmentVariables } from './env.ts';
import { environmentSchema } from './environment-schema.ts';
import { findFileProblems } from './find-file-problems.ts';
import { type ModelsConfig, groupModels, keyVariablesOf, valueOf } from './models-config.ts';
import { keyedVendors } from './presets.ts';
import { type ReadFile, noFile, readConfigFile } from './read-config-file.ts';
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

function findProblems(environment: Environment): string[] {
  const problems: string[] = [];
  for (const vendor of keyedVendors) {
    const baseUrl = `${vendor.toUpperCase()}_BASE_URL`;
    const [key = '', ...others] = keyVariablesOf(vendor);
    if (environment[baseUrl] && ![key, ...others].some((name) => environment[name])) {
      problems.push(`${baseUrl} needs ${key} (any value, if that server takes any)`);
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
  const metricsPort = valueOf(environment, 'METRICS_PORT') ?? '0';
  if (metricsPort !== '0' && metricsPort === (valueOf(environment, 'PORT') ?? '3000')) {
    problems.push('METRICS_PORT must be another than PORT');
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
    /** Null: nothing is counted. */
    metricsPort: values.METRICS_PORT ?? null,
    /** Null: nothing is traced. */
    tracesEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    oidc: groupOidc(values),
  };
}

export type Config = Readonly<ReturnType<typeof group> & { models: ModelsConfig }>;

/** For commands, which ask no model: without `sluice.config.json` and the keys that it names. */
export function loadCommandConfig(environment: Environment): ReturnType<typeof loadConfig> {
  return load(environment, noFile);
}

/**
 * @param environment of the process; an empty value counts as not given
 * @throws {ConfigError} with every problem found, in it and in `sluice.config.json`
 */
export function loadConfig(environment: Environment): { config: Config; secrets: Secrets } {
  return load(environment, readConfigFile(valueOf(environment, 'SLUICE_CONFIG')));
}

function load(environment: Environment, read: ReadFile): { config: Config; secrets: Secrets } {
  const given = environmentVariables.flatMap(({ name }) => {
    const value = valueOf(environment, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  const problems = findProblems(environment);
  for (const issue of parsed.error?.issues ?? [])
    problems.push(`${issue.path[0]?.toString()} ${issue.message}`);
  const title = basename(read.path ?? '');
  const contradictions = findFileProblems({ ...read, environment });
  problems.push(...read.problems, ...contradictions.map((problem) => `${title}: ${problem}`));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const { JWT_SECRET, DATABASE_URL, REDIS_URL } = parsed.data;
  const { models, secrets } = groupModels(read, environment);
  const values = {
    ...(JWT_SECRET !== undefined && { jwtSecret: JWT_SECRET }),
    ...(DATABASE_URL !== undefined && { databaseUrl: DATABASE_URL }),
    ...(REDIS_URL !== undefined && { redisUrl: REDIS_URL }),
  };
  return {
    config: Object.freeze({ ...group(parsed.data), models }),
    secrets: new Secrets(values, secrets),
  };
}
