import { describe, expect, it } from 'vitest';
import { presets as configPresets } from '../config/presets.ts';
import { startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import type { ProviderSettings } from './create-provider.ts';
import { type Preset, presets } from './openai-compatible/presets.ts';
import { collect, never, request } from './outcome.fixture.ts';
import { ProviderSet } from './provider-set.ts';

const lab: ProviderSettings = {
  id: 'lab',
  preset: 'generic',
  name: 'Lab',
  baseUrl: 'http://127.0.0.1:9/v1',
  apiKey: 'k',
};

const replace = async (set: ProviderSet, settings: ProviderSettings[]) => (await set.prepare(settings))();

describe('ProviderSet', () => {
  it('has the demo, whatever else it has', async () => {
    await using set = new ProviderSet();
    expect([...set.byId.keys()]).toEqual(['demo']);
    await replace(set, [lab]);
    expect([...set.byId.keys()]).toEqual(['demo', 'lab']);
  });

  it.each(Object.keys(configPresets) as ProviderSettings['preset'][])(
    'makes a provider of %s under the id it is given',
    async (preset) => {
      await using set = new ProviderSet();
      await replace(set, [{ ...lab, preset, id: 'mine' }]);
      expect(set.byId.get('mine')?.id).toBe('mine');
    },
  );

  it.each(Object.keys(configPresets) as ProviderSettings['preset'][])(
    'calls a provider of %s in its errors what its settings call it',
    async (preset) => {
      await using upstream = await startFakeUpstream();
      upstream.script({ status: 401 });
      await using set = new ProviderSet();
      const baseUrl = `${upstream.url}${preset === 'openai' ? '/v1' : ''}`;
      await replace(set, [{ ...lab, preset, baseUrl }]);
      const provider = set.byId.get('lab');
      if (provider === undefined) throw new Error('There is no provider');
      const { error } = await collect(provider.generate(request, never));
      expect(error).toMatchObject({ details: { detail: expect.stringMatching(/\bLab\b/) } });
    },
  );

  it('keeps a provider whose settings are the same, and makes one anew that has others', async () => {
    await using set = new ProviderSet();
    await replace(set, [lab, { ...lab, id: 'other' }]);
    const [first, other] = [set.byId.get('lab'), set.byId.get('other')];
    await replace(set, [{ ...lab }, { ...lab, id: 'other', apiKey: 'new' }]);
    expect(set.byId.get('lab')).toBe(first);
    expect(set.byId.get('other')).not.toBe(other);
    await replace(set, []);
    expect(set.byId.has('lab')).toBe(false);
  });

  it('changes nothing when one of the new ones cannot be made', async () => {
    await using set = new ProviderSet();
    await replace(set, [lab]);
    const before = set.byId.get('lab');
    const { baseUrl: _, ...broken } = { ...lab, id: 'broken' };
    await expect(set.prepare([{ ...lab, apiKey: 'new' }, broken])).rejects.toThrow();
    expect(set.byId.get('lab')).toBe(before);
  });
});

describe('presets', () => {
  it('are the same in the configuration and among the providers, and need a base URL in both', () => {
    const { anthropic: _a, openai: _o, gemini: _g, ollama: _l, ...compatible } = configPresets;
    const told = Object.entries(compatible).map(([name, preset]) => [name, 'needsBaseUrl' in preset]);
    const meant = Object.entries<Preset>(presets).map(([name, { baseUrl }]) => [name, baseUrl === undefined]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(meant));
  });
});
