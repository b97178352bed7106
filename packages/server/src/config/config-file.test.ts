import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';
import type { Environment } from './env.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-file-'));
  path = join(folder, 'sluice.config.json');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(content: unknown, environment: Environment = {}) {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadConfig({ SLUICE_CONFIG: path, OLLAMA_HOST: 'off', ...environment });
}

/** Without the name of the file before each. */
async function problemsOf(content: unknown, environment: Environment = {}): Promise<string[]> {
  try {
    await load(content, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map((line) => line.replace(/^[\w.]+\.json: /, ''));
    throw error;
  }
}

describe('sluice.config.json', () => {
  it('names providers, whose keys and headers are secrets', async () => {
    const { config, secrets } = await load(
      {
        $schema: './docs/sluice.config.schema.json',
        providers: {
          groq: { preset: 'groq' },
          'azure-eu': {
            preset: 'azure',
            baseUrl: 'https://eu.openai.azure.com/openai/v1/',
            apiKeyVariable: 'EU_KEY',
          },
          lab: {
            preset: 'generic',
            name: 'Lab',
            baseUrl: 'http://lab:8000/v1',
            headers: { 'x-key': 'canary' },
          },
        },
      },
      { GROQ_API_KEY: 'canary-groq', EU_KEY: 'canary-eu' },
    );
    expect(config.models).toMatchObject({ path, aliases: {}, models: {}, fallbacks: [] });
    expect(config.models.providers).toEqual([
      { id: 'groq', preset: 'groq', name: 'Groq', isLookedFor: false },
      {
        id: 'azure-eu',
        preset: 'azure',
        name: 'azure-eu',
        baseUrl: 'https://eu.openai.azure.com/openai/v1',
        isLookedFor: false,
      },
      { id: 'lab', preset: 'generic', name: 'Lab', baseUrl: 'http://lab:8000/v1', isLookedFor: false },
    ]);
    expect(secrets.ofProvider('groq')).toEqual({ apiKey: 'canary-groq' });
    expect(secrets.ofProvider('azure-eu')).toEqual({ apiKey: 'canary-eu' });
    expect(secrets.ofProvider('lab')).toEqual({ headers: { 'x-key': 'canary' } });
    expect(JSON.stringify(config)).not.toContain('canary');
  });

  it('says more of a provider that the environment has, or names it anew', async () => {
    const { config, secrets } = await load(
      {
        providers: {
          openai: { preset: 'openai', name: 'Work' },
          other: { preset: 'openai', apiKeyVariable: 'OTHER' },
        },
      },
      { OPENAI_API_KEY: 'own', OPENAI_BASE_URL: 'http://proxy/v1', OTHER: 'second' },
    );
    expect(config.models.providers).toMatchObject([
      { id: 'openai', name: 'Work', baseUrl: 'http://proxy/v1' },
      { id: 'other', preset: 'openai' },
    ]);
    expect(config.models.providers[1]).not.toHaveProperty('baseUrl');
    expect([secrets.ofProvider('openai'), secrets.ofProvider('other')]).toEqual([
      { apiKey: 'own' },
      { apiKey: 'second' },
    ]);
  });

  it('says what is to be known of models, and which names they have', async () => {
    const file = {
      providers: { lab: { preset: 'vllm' } },
      defaultModel: 'quick',
      aliases: { quick: 'lab/one', 'team/best': 'lab/two' },
      models: {
        'lab/one': {
          name: 'One',
          contextWindow: 8192,
          maxOutputTokens: 1024,
          capabilities: { reasoning: 'switch', reasoningLevels: ['off', 'high'], images: true },
          price: {
            inputPerMTok: 1,
            outputPerMTok: 2,
            longContext: { overInputTokens: 4096, inputPerMTok: 2, outputPerMTok: 3 },
          },
          fallbacks: ['team/best'],
          timeouts: { firstTokenMs: 1000 },
          hidden: true,
        },
      },
      defaults: { fallbacks: ['quick'] },
    };
    const { config } = await load(file);
    const { models, aliases, defaultModel } = file;
    expect(config.models).toMatchObject({ models, aliases, defaultModel, fallbacks: ['quick'] });
  });
});

describe('a problem of sluice.config.json', () => {
  const lab = { preset: 'vllm' };
  it.each([
    ['no JSON', '{"a": }', 'sluice.config.json is not valid JSON'],
    ['no object', [], 'all of it must be object'],
    ['an unknown field', { provider: {} }, 'provider is not a setting'],
    ['one deep inside', { models: { 'openai/x': { price: { perToken: 1 } } } }, 'price.perToken is not'],
    ['a wrong type', { models: { 'openai/x': { contextWindow: '8k' } } }, 'contextWindow must be number'],
    ['a price below nothing', { models: { 'openai/x': { price: { inputPerMTok: -1 } } } }, 'at least 0'],
    ['a missing field', { providers: { lab: {} } }, 'providers.lab.preset must be one of anthropic, '],
    ['an odd id', { providers: { 'My Lab': lab } }, 'providers["My Lab"] must be up to 40'],
    ['the name of the demo', { providers: { demo: lab } }, "providers.demo is the demo's own name"],
    ["a vendor's name", { providers: { openai: lab } }, 'providers.openai.preset must be openai'],
    [
      'an odd scheme',
      { providers: { lab: { ...lab, baseUrl: 'file:///x' } } },
      'providers.lab.baseUrl must be',
    ],
    ['a key in a URL', { providers: { lab: { ...lab, baseUrl: 'http://u:p@x' } } }, 'must hold no user'],
    ['no base URL', { providers: { lab: { preset: 'generic' } } }, 'providers.lab.baseUrl must say where'],
    ['no key', { providers: { groq: { preset: 'groq' } } }, 'providers.groq needs a key: set GROQ_API_KEY'],
    [
      'a variable that is not set',
      { providers: { lab: { ...lab, apiKeyVariable: 'NOT_SET' } } },
      'providers.lab.apiKeyVariable must be a variable that is set',
    ],
    [
      'a key that could be the name of a variable',
      { providers: { lab: { ...lab, apiKeyVariable: 'gsk_canary' } } },
      'providers.lab.apiKeyVariable must be a variable that is set',
    ],
    [
      'a variable that every object has',
      { providers: { lab: { ...lab, apiKeyVariable: 'toString' } } },
      'providers.lab.apiKeyVariable must be a variable that is set',
    ],
    [
      'a key where its variable is asked for',
      { providers: { lab: { ...lab, apiKeyVariable: 'sk-lab-canary' } } },
      'must be the name of an environment variable, not a key',
    ],
    [
      'headers for an API of its own',
      { providers: { ollama: { preset: 'ollama', headers: { a: 'b' } } } },
      'providers.ollama.headers are for',
    ],
    ['an odd header', { providers: { lab: { ...lab, headers: { 'a b': 'c' } } } }, 'headers["a b"] must be'],
    ['a line break', { providers: { lab: { ...lab, headers: { a: 'b\nc' } } } }, 'headers.a must be visible'],
    ['an alias that hides a model', { aliases: { 'openai/x': 'ollama/y' } }, 'would hide a model of openai'],
    ['an alias no request may use', { aliases: { größe: 'ollama/y' } }, 'aliases["größe"] must be'],
    [
      'a model no request may use',
      { providers: { lab }, models: { 'lab/modèle': {} } },
      'models["lab/modèle"] must be',
    ],
    [
      'a default no request may use',
      { providers: { lab }, defaultModel: `lab/${'x'.repeat(197)}` },
      'defaultModel must be',
    ],
    ['an alias to nowhere', { aliases: { fast: 'nobody/y' } }, 'aliases.fast: there is no provider nobody'],
    ['an alias without a provider', { aliases: { fast: 'y' } }, 'aliases.fast must be provider/name'],
    [
      'a vendor without a key',
      { aliases: { fast: 'openai/y' } },
      'openai is not configured: set OPENAI_API_KEY',
    ],
    ['a default to nowhere', { defaultModel: 'quick' }, 'defaultModel names neither'],
    ['a model of nobody', { models: { 'nobody/x': {} } }, 'models["nobody/x"]: there is no provider nobody'],
    [
      'a fallback to nobody',
      { providers: { lab }, models: { 'lab/x': { fallbacks: ['lab/y', 'nobody/z'] } } },
      'models["lab/x"].fallbacks[1]: there is no provider nobody',
    ],
    [
      'a fallback to itself, under an alias',
      { providers: { lab }, aliases: { me: 'lab/x' }, models: { 'lab/x': { fallbacks: ['me'] } } },
      'models["lab/x"].fallbacks[0] is the model itself',
    ],
    [
      'an API that only OpenAI has',
      { providers: { lab }, models: { 'lab/x': { api: 'responses' } } },
      'models["lab/x"].api must be chat',
    ],
    [
      'levels of thinking without thinking',
      { models: { 'openai/x': { capabilities: { reasoning: false, reasoningLevels: ['low'] } } } },
      'capabilities.reasoningLevels must be empty',
    ],
  ])('is named where it is: %s', async (_title, content, problem) => {
    const problems = await problemsOf(content);
    expect(problems.filter((line) => line.includes(problem))).toHaveLength(1);
    expect(problems.join()).not.toContain('canary');
  });

  it('does not hide others, of whatever kind, nor makes up more', async () => {
    const problems = await problemsOf(
      {
        providers: { lab: { preset: 'odd' }, groq: { preset: 'groq' } },
        aliases: { fast: 'lab/x', slow: 'nobody/y' },
        models: { 'lab/x': { contextWindow: 0 }, 'lab/y': { fallbacks: ['lab/y'] } },
      },
      { LOG_LEVEL: 'loud', OPENAI_BASE_URL: 'http://x/v1' },
    );
    expect(problems).toEqual([
      expect.stringContaining('OPENAI_BASE_URL needs'),
      expect.stringContaining('LOG_LEVEL must be'),
      expect.stringContaining('providers.lab.preset must be one of'),
      expect.stringContaining('models["lab/x"].contextWindow must be at least 1'),
      expect.stringContaining('providers.groq needs a key'),
      expect.stringContaining('aliases.slow: there is no provider nobody'),
      expect.stringContaining('models["lab/y"].fallbacks[0] is the model itself'),
    ]);
  });

  it('is none where fallbacks go in a circle', async () => {
    const models = { 'lab/a': { fallbacks: ['lab/b'] }, 'lab/b': { fallbacks: ['lab/a'] } };
    expect(await problemsOf({ providers: { lab }, models })).toEqual([]);
  });
});
