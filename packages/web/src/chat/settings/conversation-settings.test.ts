import { expect, it } from 'vitest';
import { ConversationSettings } from './conversation-settings.ts';

const kept = (settings: ConversationSettings) => settings.getState().kept;

it('take what the server has, but not over what is set here and on its way', async () => {
  const settings = new ConversationSettings(false);
  settings.take({ temperature: 1 });
  expect(kept(settings)).toEqual({ temperature: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  settings.change({ temperature: 0.5 });
  const saved = settings.save(() => promise);
  settings.take({ temperature: 1 });
  expect(settings.getState()).toEqual({ kept: { temperature: 0.5 }, standing: 'saving' });
  resolve();
  await saved;
  settings.take({ temperature: 1 });
  expect(settings.getState()).toEqual({ kept: { temperature: 1 }, standing: 'level' });
});

it('are not with the server before the last of them is', async () => {
  const settings = new ConversationSettings(false);
  const [first, last] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const saved = [first, last].map(({ promise }, temperature) => {
    settings.change({ temperature });
    return settings.save(() => promise);
  });
  first.resolve();
  await saved[0];
  expect(settings.getState().standing).toBe('saving');
  last.reject(new TypeError('network'));
  await expect(saved[1]).rejects.toThrow('network');
  expect(settings.getState().standing).toBe('level');
});

it('of a chat that begins are ahead until its conversation has them, with the model that was asked', () => {
  const settings = new ConversationSettings(true);
  settings.change({ systemPrompt: 'Be brief.' });
  expect(settings.begin('p/m')).toEqual({ systemPrompt: 'Be brief.', model: 'p/m' });
  settings.change({ systemPrompt: 'Be long.', model: 'p/m' });
  settings.take({ systemPrompt: 'Be brief.', model: 'p/m' });
  expect(settings.getState()).toMatchObject({ kept: { systemPrompt: 'Be long.' }, standing: 'ahead' });
  settings.take({ systemPrompt: 'Be long.', model: 'p/m' });
  expect(settings.getState().standing).toBe('level');
});
