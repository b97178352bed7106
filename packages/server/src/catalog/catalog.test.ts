import { describe, expect, it } from 'vitest';
import type { CatalogProvider, CatalogSettings } from './catalog-settings.ts';
import { Catalog } from './catalog.ts';

const provider = (id: string, more: Partial<CatalogProvider> = {}): CatalogProvider => ({
  id,
  preset: id,
  name: id,
  isAtVendor: true,
  isLookedFor: false,
  ...more,
});

const forms = { anthropic: 'adaptive', openai: 'effort', gemini: 'level', openrouter: 'effort' } as const;
const vendor = (id: keyof typeof forms) => provider(id, { reasoning: forms[id] });
const ollama = (isLookedFor: boolean) => provider('ollama', { reasoning: 'switch', isLookedFor });

function catalogOf(providers: CatalogProvider[], settings: Partial<CatalogSettings> = {}): Catalog {
  return new Catalog({ providers, aliases: {}, models: {}, fallbacks: [], ...settings });
}

const idsOf = (catalog: Catalog) => catalog.list().models.map(({ id }) => id);
const notFound = expect.objectContaining({ code: 'model_not_found' });

describe('Catalog', () => {
  it('answers with the demo while nothing is configured', () => {
    const catalog = catalogOf([]);
    expect(catalog.resolve().id).toBe('demo/sluice');
    expect(catalog.list().models.filter(({ available }) => available)).toHaveLength(1);
  });

  it('hides the demo and takes the first configured provider as the default', () => {
    const catalog = catalogOf([vendor('openai')]);
    expect(catalog.list().default).toBe('openai/gpt-6.1-sol');
    expect(idsOf(catalog)).not.toContain('demo/sluice');
    expect(() => catalog.resolve('demo/sluice')).toThrow(notFound);
  });

  it('lists what a key would bring, as not available', () => {
    const models = catalogOf([vendor('openai')]).list().models;
    expect(models.filter(({ available }) => available).every(({ provider: id }) => id === 'openai')).toBe(
      true,
    );
    expect(models.find(({ id }) => id === 'anthropic/claude-opus-5-5')).toMatchObject({ available: false });
  });

  it('tells nobody how a model is spoken to', () => {
    const [model] = catalogOf([vendor('openai')]).list().models;
    expect(Object.keys(model ?? {}).toSorted()).toEqual(
      'available capabilities contextWindow id maxOutputTokens name price provider providerName'.split(' '),
    );
  });

  it('says what people read for a provider, be it configured or not', () => {
    const lab = provider('lab', { name: 'The lab' });
    const catalog = catalogOf([lab], { vendorNames: { openai: 'OpenAI' } });
    catalog.offer('lab', [{ name: 'a' }]);
    const names = new Map(catalog.list().models.map((model) => [model.provider, model.providerName]));
    expect([names.get('lab'), names.get('openai')]).toEqual(['The lab', 'OpenAI']);
    expect(names.has('anthropic')).toBe(true);
    expect(names.get('anthropic')).toBeUndefined();
    expect(catalogOf([]).list().models[0]?.providerName).toBe('Demo');
  });

  it('makes its list once, until something changes', () => {
    const catalog = catalogOf([vendor('openai')]);
    const before = catalog.list();
    expect(catalog.list()).toBe(before);
    catalog.offer('openai', [{ name: 'gpt-7' }]);
    expect(catalog.list()).not.toBe(before);
  });

  it.each(['anthropic/claude-sonnet-5-5', 'nobody/x', 'openai/', 'openai', '/x'])('refuses %j', (id) => {
    expect(() => catalogOf([vendor('openai')]).resolve(id)).toThrow(notFound);
  });

  it('says when a known model only lacks its key', () => {
    expect(() => catalogOf([]).resolve('anthropic/claude-sonnet-5-5')).toThrow('not configured');
  });

  it('asks a model by the Responses API at the vendor alone', () => {
    const elsewhere = [{ ...vendor('openai'), isAtVendor: false }];
    expect(catalogOf([vendor('openai')]).resolve('openai/gpt-5.4').dialect.api).toBe('responses');
    expect(catalogOf(elsewhere).resolve('openai/gpt-5.4').dialect.api).toBeUndefined();
    const settings = { models: { 'openai/gpt-5.4': { api: 'responses' as const } } };
    expect(catalogOf(elsewhere, settings).resolve('openai/gpt-5.4').dialect.api).toBe('responses');
  });

  it('knows the models of a vendor under another id', () => {
    const work = { ...vendor('openai'), id: 'openai-work' };
    expect(catalogOf([work]).resolve('openai-work/gpt-4.1')).toMatchObject({
      id: 'openai-work/gpt-4.1',
      provider: 'openai-work',
      upstreamName: 'gpt-4.1',
      price: { inputPerMTok: 2 },
    });
  });
});

describe('an unknown name', () => {
  it.each([
    [vendor('anthropic'), 'claude-9', { temperature: false, form: 'adaptive' }],
    [vendor('openai'), 'gpt-9', { temperature: true, form: 'effort', api: 'responses' }],
    [vendor('openai'), 'o9-mini', { temperature: true, form: 'effort', api: 'responses' }],
    [vendor('openai'), 'ft:gpt-4.1:mine', { temperature: true }],
    [vendor('gemini'), 'gemini-9', { temperature: true, form: 'level' }],
    [ollama(false), 'llama3.2:3b', { temperature: true, form: 'switch' }],
    [provider('groq'), 'meta/llama', { temperature: true }],
  ])('is passed on as it is by %j: %s', (owner, name, { temperature, ...expected }) => {
    const { form, api } = { form: undefined, api: undefined, ...expected };
    const model = catalogOf([owner]).resolve(`${owner.id}/${name}`);
    const capabilities = { images: true, prefill: false, temperature, reasoning: form !== undefined };
    expect(model).toMatchObject({ upstreamName: name, price: null, capabilities });
    expect(model.dialect).toEqual({
      ...(form && { reasoning: form }),
      ...(api && { api }),
      ...(owner.preset === 'anthropic' && { temperature: 'without_thinking' }),
    });
  });
});

describe('another name of a known model', () => {
  it.each([
    [vendor('openai'), 'gpt-6.1-sol-2026-03-05', 'gpt-6.1-sol'],
    [vendor('anthropic'), 'claude-sonnet-5-5-20260901', 'claude-sonnet-5-5'],
    [vendor('gemini'), 'models/gemini-3.8-flash', 'gemini-3.8-flash'],
    [{ ...vendor('openai'), id: 'work' }, 'gpt-4.1-2025-04-14', 'gpt-4.1'],
  ])('is described as that is, and called as it was asked for: %j, %s', (owner, name, known) => {
    const catalog = catalogOf([owner]);
    const { price, ...model } = catalog.resolve(`${owner.id}/${known}`);
    const id = `${owner.id}/${name}`;
    expect(price).not.toBeNull();
    expect(catalog.resolve(id)).toEqual({ ...model, price, id, name, upstreamName: name });
    expect(catalog.priceOf(id)).toEqual(price);
    expect(idsOf(catalog)).not.toContain(id);
  });

  it('costs what the administrator or the provider says that the model costs, unless they say more', () => {
    const price = { inputPerMTok: 1, outputPerMTok: 2 };
    const own = { inputPerMTok: 3, outputPerMTok: 4 };
    const models = {
      'openai/gpt-4.1': { price },
      'openai/gpt-4.1-2025-04-14': { price: own },
      'lab/one': { price },
    };
    const catalog = catalogOf([vendor('openai'), provider('lab'), vendor('openrouter')], { models });
    catalog.offer('openrouter', [
      { name: 'a/b', price },
      { name: 'a/b-2026-01-01', price: own },
    ]);
    const dated = ['openai/gpt-4.1-2026-01-01', 'lab/one-20260101', 'openrouter/a/b-2026-02-02'];
    for (const id of dated) expect(catalog.resolve(id).price).toMatchObject(price);
    for (const id of ['openai/gpt-4.1-2025-04-14', 'openrouter/a/b-2026-01-01'])
      expect(catalog.resolve(id).price).toMatchObject(own);
  });

  it('is not taken for one where the rest is no date, or unknown', () => {
    const catalog = catalogOf([vendor('openai'), vendor('gemini')]);
    for (const id of [
      'openai/gpt-4.1-0613',
      'openai/models/gpt-4.1',
      'gemini/models/x',
      'openai/x-2026-01-01',
    ])
      expect(catalog.resolve(id).price).toBeNull();
  });

  it('has the price of a vendor whose key is gone, for what it answered before', () => {
    const catalog = catalogOf([provider('groq')]);
    expect(catalog.priceOf('openai/gpt-4.1-2025-04-14')?.inputPerMTok).toBe(2);
    expect(catalog.priceOf('nobody/x')).toBeNull();
  });
});

describe('what the administrator says', () => {
  const settings: Partial<CatalogSettings> = {
    aliases: { fast: 'groq/llama', smart: 'anthropic/claude-opus-5-5' },
    defaultModel: 'fast',
    models: {
      'anthropic/claude-opus-5-5': {
        name: 'Opus',
        price: { inputPerMTok: 1, outputPerMTok: 2 },
        capabilities: { images: false },
        fallbacks: ['fast'],
        timeouts: { idleMs: 5 },
      },
      'anthropic/claude-fable-5-2': { hidden: true },
      'groq/qwen': { capabilities: { reasoning: 'switch' }, contextWindow: 100 },
      'groq/plain': { capabilities: { reasoning: false } },
    },
    fallbacks: ['smart'],
  };
  const catalog = catalogOf([vendor('anthropic'), provider('groq', { reasoning: 'effort' })], settings);

  it('names the default, by an alias too, and lists what aliases stand for', () => {
    expect(catalog.list().default).toBe('groq/llama');
    expect(catalog.resolve()).toMatchObject({ id: 'groq/llama', upstreamName: 'llama' });
    const listed = catalog.list().models.find(({ id }) => id === 'groq/llama');
    expect(listed).toMatchObject({ aliases: ['fast'], available: true });
  });

  it('counts more than the built-in catalogue, field by field', () => {
    expect(catalog.resolve('smart')).toMatchObject({
      id: 'anthropic/claude-opus-5-5',
      name: 'Opus',
      contextWindow: 1_000_000,
      price: { inputPerMTok: 1, outputPerMTok: 2, source: 'config' },
      capabilities: { images: false, reasoning: true, reasoningLevels: ['low', 'medium', 'high'] },
      fallbacks: ['fast'],
      timeouts: { idleMs: 5 },
    });
  });

  it('gives models without fallbacks those of all', () => {
    expect(catalog.resolve('groq/qwen').fallbacks).toEqual(['smart']);
  });

  it('hides a model that goes on answering', () => {
    expect(idsOf(catalog)).not.toContain('anthropic/claude-fable-5-2');
    expect(catalog.resolve('anthropic/claude-fable-5-2').upstreamName).toBe('claude-fable-5-2');
  });

  it('decides how a model is told to think, or that it is not', () => {
    const { capabilities, dialect } = catalog.resolve('groq/qwen');
    expect(capabilities).toMatchObject({
      reasoning: true,
      reasoningLevels: ['off', 'low', 'medium', 'high'],
    });
    expect(dialect.reasoning).toBe('switch');
    const plain = catalog.resolve('groq/plain');
    expect(plain.capabilities).toMatchObject({ reasoning: false, reasoningLevels: [] });
    expect(plain.dialect).toEqual({});
  });

  it('can be replaced, and what providers have said goes on counting', () => {
    const other = catalogOf([provider('groq')]);
    other.offer('groq', [{ name: 'live' }]);
    other.replace({
      providers: [provider('groq')],
      aliases: { quick: 'groq/live' },
      models: {},
      fallbacks: [],
    });
    expect(other.resolve('quick').id).toBe('groq/live');
    expect(idsOf(other)).toContain('groq/live');
    other.replace({ providers: [vendor('openai')], aliases: {}, models: {}, fallbacks: [] });
    expect(idsOf(other)).not.toContain('groq/live');
    expect(() => other.resolve('quick')).toThrow(notFound);
  });
});

describe('what providers list', () => {
  it('is added to the catalogue, and changes nothing that is known', () => {
    const catalog = catalogOf([vendor('openai')]);
    catalog.offer('openai', [{ name: 'gpt-7' }, { name: 'gpt-4.1', contextWindow: 1, title: 'Other' }]);
    expect(idsOf(catalog)).toContain('openai/gpt-7');
    expect(catalog.resolve('openai/gpt-4.1')).toMatchObject({ name: 'GPT-4.1', contextWindow: 1_047_576 });
    catalog.offer('openai', []);
    expect(idsOf(catalog)).not.toContain('openai/gpt-7');
    expect(catalog.list().models.find(({ id }) => id === 'openai/gpt-4.1')?.available).toBe(true);
  });

  it('says what a model costs where the provider keeps the price list', () => {
    const price = { inputPerMTok: 9, outputPerMTok: 9 };
    const catalog = catalogOf([vendor('openrouter'), vendor('openai')]);
    catalog.offer('openrouter', [{ name: 'openrouter/auto', price }]);
    catalog.offer('openai', [{ name: 'gpt-4.1', price }]);
    expect(catalog.priceOf('openrouter/openrouter/auto')).toEqual(price);
    expect(catalog.priceOf('openai/gpt-4.1')?.inputPerMTok).toBe(2);
  });

  it('is outweighed by what the administrator says', () => {
    const models = { 'groq/live': { contextWindow: 5 } };
    const catalog = catalogOf([provider('groq')], { models });
    catalog.offer('groq', [{ name: 'live', contextWindow: 9, maxOutputTokens: 3 }]);
    expect(catalog.resolve('groq/live')).toMatchObject({ contextWindow: 5, maxOutputTokens: 3 });
  });

  it('may say that a model does not think', () => {
    const catalog = catalogOf([ollama(false)]);
    catalog.offer('ollama', [{ name: 'small', capabilities: { reasoning: false, reasoningLevels: [] } }]);
    expect(catalog.resolve('ollama/small').dialect).toEqual({});
  });

  it('leaves out what is no chat model, and snapshots of what is listed', () => {
    const catalog = catalogOf([vendor('openai')]);
    const others = [
      'text-embedding-3-large',
      'tts-1-hd',
      'whisper-1',
      'dall-e-3',
      'omni-moderation-latest',
      'gpt-realtime',
      'gpt-4o-transcribe',
      'gpt-image-1',
      'gpt-audio-mini',
      'gpt-3.5-turbo-instruct',
      'gpt-4.1-2025-04-14',
    ];
    catalog.offer('openai', [{ name: 'gpt-7-2026-11-01' }, ...others.map((name) => ({ name }))]);
    expect(idsOf(catalog).filter((id) => others.includes(id.slice('openai/'.length)))).toEqual([]);
    expect(idsOf(catalog)).toContain('openai/gpt-7-2026-11-01');
    expect(catalog.resolve('openai/gpt-4.1-2025-04-14').upstreamName).toBe('gpt-4.1-2025-04-14');
  });

  it('is waited for by nobody: without any model a request that names none is refused', () => {
    const catalog = catalogOf([ollama(false)]);
    expect(catalog.list().default).toBe('');
    expect(() => catalog.resolve()).toThrow(notFound);
    catalog.offer('ollama', [{ name: 'llama' }]);
    expect(catalog.resolve().id).toBe('ollama/llama');
  });

  it('makes a provider of one that was only looked for, and takes the demo away', () => {
    const catalog = catalogOf([ollama(true)]);
    expect(catalog.list().default).toBe('demo/sluice');
    catalog.offer('ollama', []);
    expect(catalog.list().default).toBe('demo/sluice');
    catalog.offer('ollama', [{ name: 'llama' }]);
    expect(catalog.list().default).toBe('ollama/llama');
    expect(idsOf(catalog)).not.toContain('demo/sluice');
  });
});
