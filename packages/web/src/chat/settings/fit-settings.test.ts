import type { ChatSettings, Model } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { findUnfit, fitSettings, isChanged, isSame } from './fit-settings.ts';

const model = (
  capabilities: Partial<Model['capabilities']> = {},
  maxOutputTokens: number | null = null,
): Model => ({
  id: 'a/b',
  provider: 'a',
  name: 'B',
  contextWindow: null,
  maxOutputTokens,
  capabilities: {
    reasoning: true,
    reasoningLevels: ['off', 'low', 'high'],
    images: false,
    temperature: true,
    prefill: false,
    ...capabilities,
  },
  price: null,
  available: true,
});
const all: ChatSettings = { model: 'x/y', systemPrompt: 'Be brief.', maxOutputTokens: 500 };

describe('what is sent of the settings', () => {
  it('is the model that is asked, and what does not depend on it', () => {
    expect(fitSettings(all, model())).toEqual({ ...all, model: 'a/b' });
    expect(fitSettings(all, model({}, 100))).toMatchObject({ maxOutputTokens: 100 });
    expect(fitSettings({}, model())).toEqual({ model: 'a/b' });
  });

  it('is nothing that the model does not take, nor what nobody knows it to take', () => {
    const set: ChatSettings = { ...all, temperature: 0, reasoning: 'off' };
    expect(fitSettings(set, model())).toEqual({ ...set, model: 'a/b' });
    expect(fitSettings(set, model({ temperature: false, reasoningLevels: [] }))).toEqual({
      ...all,
      model: 'a/b',
    });
    expect(fitSettings({ reasoning: 'medium' }, model())).toEqual({ model: 'a/b' });
    expect(fitSettings(set, undefined)).toEqual({ systemPrompt: 'Be brief.', maxOutputTokens: 500 });
  });

  it('is no temperature above the highest that the model takes', () => {
    expect(fitSettings({ temperature: 1 }, model({ maxTemperature: 1 }))).toMatchObject({ temperature: 1 });
    expect(fitSettings({ temperature: 1.1 }, model({ maxTemperature: 1 }))).toEqual({ model: 'a/b' });
    expect(findUnfit({ temperature: 1.1 }, model({ maxTemperature: 1 }))).toEqual(['temperature too high']);
    expect(findUnfit({ temperature: 2 }, model())).toEqual([]);
  });

  it('is no temperature beside reasoning', () => {
    const set: ChatSettings = { temperature: 1, reasoning: 'high' };
    expect(fitSettings(set, model())).toEqual({ model: 'a/b', reasoning: 'high' });
    expect(findUnfit(set, model())).toEqual(['temperature with reasoning']);
    expect(findUnfit(set, model({ temperature: false }))).toEqual(['temperature']);
    expect(findUnfit(set, model({ reasoningLevels: [] }))).toEqual(['reasoning']);
    expect(fitSettings(set, model({ reasoningLevels: [] }))).toEqual({ model: 'a/b', temperature: 1 });
  });
});

it('knows what differs from the default, and what is the same', () => {
  expect(isChanged({ model: 'a/b' })).toBe(false);
  expect(isChanged({ temperature: 0 })).toBe(true);
  expect(isSame({ model: 'a/b', temperature: 0 }, { temperature: 0, model: 'a/b' })).toBe(true);
  expect(isSame({}, { reasoning: 'off' })).toBe(false);
});
