import type { Model } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { chooseModel, groupModels } from './model-choice.ts';

const model = (id: string, change: Partial<Model> = {}): Model => ({
  id,
  provider: id.split('/')[0] ?? '',
  name: id,
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: { reasoning: false, reasoningLevels: [], images: false, temperature: true, prefill: false },
  price: null,
  available: true,
  ...change,
});

describe('the model to ask', () => {
  const list = {
    default: 'a/one',
    models: [model('a/one'), model('b/two'), model('c/off', { available: false })],
  };

  it('is the one that was chosen, while it can be used, else the default', () => {
    expect(chooseModel(list, 'b/two')).toBe('b/two');
    for (const gone of ['c/off', 'd/gone', null]) expect(chooseModel(list, gone)).toBe('a/one');
  });

  it('is left to the server while nobody knows which models there are', () => {
    expect(chooseModel({ default: '', models: [] }, null)).toBeUndefined();
    expect(chooseModel({ default: '', models: [] }, 'a/one')).toBeUndefined();
    expect(chooseModel(undefined, 'a/one')).toBe('a/one');
    expect(chooseModel(undefined, null)).toBeUndefined();
  });
});

describe('groups of models', () => {
  it('bear the names their providers were given, or else their ids', () => {
    const models = [
      model('groq/x', { providerName: 'Groq' }),
      model('lab/x', { providerName: 'The lab' }),
      model('other/x', { providerName: 'The lab' }),
      model('old/x'),
    ];
    expect(groupModels(models).map(({ id, label }) => [id, label])).toEqual([
      ['groq', 'Groq'],
      ['lab', 'The lab'],
      ['other', 'The lab'],
      ['old', 'old'],
    ]);
  });

  it('come first where there is something to use in them, as models do within them', () => {
    const off = { available: false };
    const groups = groupModels([model('a/x', off), model('b/off', off), model('b/on')]);
    expect(groups.map(({ models }) => models.map(({ id }) => id))).toEqual([['b/on', 'b/off'], ['a/x']]);
  });
});
