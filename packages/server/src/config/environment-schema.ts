import { isIP } from 'node:net';
import * as z from 'zod';
import type { EnvironmentName } from './env.ts';
import { readOllamaHost } from './ollama-host.ts';

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

/** What a value of each variable may be, and what it stands for. */
export const environmentSchema = z.object({
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
  OPENAI_API_KEY: z.string().optional(),
  GEMINI_API_KEY: z.string().optional(),
  GOOGLE_API_KEY: z.string().optional(),
  OPENROUTER_API_KEY: z.string().optional(),
  AIAND_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: httpUrl.optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  GEMINI_BASE_URL: httpUrl.optional(),
  OPENROUTER_BASE_URL: httpUrl.optional(),
  AIAND_BASE_URL: httpUrl.optional(),
  OLLAMA_HOST: z
    .string()
    .refine((value) => value === 'off' || readOllamaHost(value) !== undefined, {
      error: 'must be a host, host:port or an http:// or https:// address; or off',
    })
    .optional(),
  SLUICE_CONFIG: z.string().optional(),
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
  METRICS_PORT: z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(0).max(65_535))
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
} satisfies Record<EnvironmentName, z.ZodType>);
