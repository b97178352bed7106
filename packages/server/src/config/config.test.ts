import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';
import type { Environment } from './env.ts';

function problemsOf(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const secret = 'long-and-random-enough-for-a-secret-0x9f31';

describe('loadConfig', () => {
  it('starts from an empty environment with the documented defaults', () => {
    const { config, secrets } = loadConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      trustProxy: false,
      timeouts: { firstTokenMs: 300_000, idleMs: 60_000, runMs: 1_800_000 },
      rateLimitPerMinute: 120,
      models: { path: null, providers: [{ id: 'ollama', isLookedFor: true }] },
    });
    expect(secrets.get('jwtSecret')).toBeUndefined();
  });

  it('takes an empty value for one that is not given', () => {
    const { config } = loadConfig({ PORT: '', ANTHROPIC_API_KEY: '', OLLAMA_HOST: 'off' });
    expect(config).toMatchObject({ port: 3000, models: { providers: [] } });
  });

  it('enables each vendor by its key, at the base URL given, in the order of the catalogue', () => {
    const { config, secrets } = loadConfig({
      AIAND_API_KEY: 'a',
      OPENROUTER_API_KEY: 'r',
      GOOGLE_API_KEY: 'g',
      OPENAI_API_KEY: 'o',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/',
      ANTHROPIC_API_KEY: 'k',
      OLLAMA_HOST: 'gpu-box',
    });
    expect(config.models.providers).toEqual([
      { id: 'anthropic', preset: 'anthropic', name: 'Anthropic', isLookedFor: false },
      {
        id: 'openai',
        preset: 'openai',
        name: 'OpenAI',
        baseUrl: 'http://127.0.0.1:9/v1',
        isLookedFor: false,
      },
      { id: 'gemini', preset: 'gemini', name: 'Gemini', isLookedFor: false },
      { id: 'openrouter', preset: 'openrouter', name: 'OpenRouter', isLookedFor: false },
      { id: 'aiand', preset: 'aiand', name: 'ai&', isLookedFor: false },
      {
        id: 'ollama',
        preset: 'ollama',
        name: 'Ollama',
        baseUrl: 'http://gpu-box:11434',
        isLookedFor: false,
      },
    ]);
    expect(secrets.ofProvider('gemini')).toEqual({ apiKey: 'g' });
    expect(secrets.ofProvider('ollama')).toEqual({});
  });

  it('takes GEMINI_API_KEY rather than its other name', () => {
    const { secrets } = loadConfig({ GOOGLE_API_KEY: 'other', GEMINI_API_KEY: 'own' });
    expect(secrets.ofProvider('gemini')).toEqual({ apiKey: 'own' });
  });

  it.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '3e3' }, 'PORT'],
    [{ PUBLIC_URL: 'chat.example.com' }, 'PUBLIC_URL'],
    [{ PUBLIC_URL: 'https://example.com/chat' }, 'PUBLIC_URL'],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY'],
    [{ PUBLIC_URL: 'https://user@example.com' }, 'PUBLIC_URL'],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
    [{ CORS_ORIGINS: 'https://a.example/' }, 'CORS_ORIGINS'],
    [{ IDLE_TIMEOUT_MS: '0' }, 'IDLE_TIMEOUT_MS'],
    [{ RUN_TIMEOUT_MS: '2147483648' }, 'RUN_TIMEOUT_MS'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ METRICS_PORT: '65536' }, 'METRICS_PORT'],
    [{ METRICS_PORT: '3000' }, 'METRICS_PORT'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'OPENAI_BASE_URL'],
    [{ GEMINI_BASE_URL: 'http://127.0.0.1:1' }, 'GEMINI_BASE_URL'],
    [{ AIAND_API_KEY: 'k', AIAND_BASE_URL: '127.0.0.1:1' }, 'AIAND_BASE_URL'],
    [{ OLLAMA_HOST: 'ftp://box' }, 'OLLAMA_HOST'],
    [{ SLUICE_CONFIG: '/nowhere/sluice.config.json' }, 'SLUICE_CONFIG:'],
    [{ DATABASE_URL: 'mysql://db/sluice' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'postgres://user:pass#word@db/sluice' }, 'DATABASE_URL'],
    [{ REDIS_URL: 'redis://127.0.0.1', JWT_SECRET: secret }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://127.0.0.1', DATABASE_URL: 'postgres://u@db/s' }, 'REDIS_URL'],
    [{ REDIS_URL: '127.0.0.1:6379', DATABASE_URL: 'postgres://u@db/s', JWT_SECRET: secret }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://r/a', DATABASE_URL: 'postgres://u@db/s', JWT_SECRET: secret }, 'REDIS_URL'],
    [{ OIDC_ISSUER: 'https://id.example.com' }, 'OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'id.example.com', OIDC_AUDIENCE: 'x' }, 'OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'https://id.example.com?x', OIDC_AUDIENCE: 'x' }, 'OIDC_ISSUER'],
    [{ OIDC_AUDIENCE: 'x' }, 'OIDC_AUDIENCE'],
    [{ OIDC_REQUIRED_CLAIM: '*' }, 'OIDC_REQUIRED_CLAIM'],
    [
      { OIDC_ISSUER: 'https://i.example', OIDC_AUDIENCE: 'x', OIDC_REQUIRED_CLAIM: 'chat' },
      'OIDC_REQUIRED_CLAIM',
    ],
    [{ OIDC_ISSUER: 'https://i.example', OIDC_AUDIENCE: 'x', OIDC_JWKS_URL: 'keys' }, 'OIDC_JWKS_URL'],
  ])('refuses %j, naming %s', (environment, name) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  it('reports every problem at once', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'x', REDIS_URL: 'redis://r' })).toHaveLength(4);
  });

  it.each(['redis://r', 'redis://u:p%40@r:6380/2', 'rediss://r/'])('takes %s for a Redis', (url) => {
    const environment = { REDIS_URL: url, DATABASE_URL: 'postgres://u@db/s', JWT_SECRET: secret };
    expect(loadConfig(environment).secrets.get('redisUrl')).toBe(url);
  });

  it.each(['postgres://u:p@db:5433/sluice?sslmode=require', 'postgresql://u@/sluice?host=/run/postgresql'])(
    'takes %s for a database',
    (url) => {
      expect(loadConfig({ DATABASE_URL: url }).secrets.get('databaseUrl')).toBe(url);
    },
  );

  it('keeps the issuer as it is written, to its last slash', () => {
    const given = { OIDC_ISSUER: 'https://id.example.com/realm/', OIDC_AUDIENCE: 'sluice' };
    expect(loadConfig(given).config.oidc).toEqual({
      issuer: 'https://id.example.com/realm/',
      audience: 'sluice',
    });
    const more = { OIDC_JWKS_URL: 'https://id.example.com/keys', OIDC_REQUIRED_CLAIM: 'groups=chat' };
    expect(loadConfig({ ...given, ...more }).config.oidc).toMatchObject({
      jwksUrl: 'https://id.example.com/keys',
      requiredClaim: 'groups=chat',
    });
    expect(loadConfig({}).config.oidc).toBeUndefined();
  });

  it('takes PUBLIC_URL as people write it', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://Chat.Example.com:443/' }).config.publicUrl).toBe(
      'https://chat.example.com',
    );
  });

  it('counts and traces nothing unless it is told to', () => {
    const { config } = loadConfig({ METRICS_PORT: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    expect(config).toMatchObject({ metricsPort: null, tracesEndpoint: null });
    const told = { METRICS_PORT: '9464', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
    expect(loadConfig(told).config).toMatchObject({
      metricsPort: 9464,
      tracesEndpoint: 'http://collector:4318',
    });
  });

  it('takes hop counts and address lists for TRUST_PROXY', () => {
    expect(loadConfig({ TRUST_PROXY: '1' }).config.trustProxy).toBe(1);
    expect(loadConfig({ TRUST_PROXY: '10.0.0.0/8, ::1' }).config.trustProxy).toEqual(['10.0.0.0/8', '::1']);
  });

  it('keeps secrets out of JSON, logs and the config', () => {
    const databaseUrl = 'postgres://sluice:canary@db/sluice';
    const { config, secrets } = loadConfig({ OPENAI_API_KEY: 'sk-canary', DATABASE_URL: databaseUrl });
    expect(secrets.get('databaseUrl')).toBe(databaseUrl);
    expect(() => JSON.stringify({ secrets })).toThrow('not to be serialised');
    expect(inspect({ config, secrets }, { depth: null, showHidden: true })).not.toContain('canary');
    const mistaken = problemsOf({ DATABASE_URL: 'postgres://sluice:canary#@db/sluice' });
    expect(mistaken.join()).not.toContain('canary');
  });
});
