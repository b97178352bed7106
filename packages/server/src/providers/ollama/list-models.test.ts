import { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../../test/_support/fake-upstream.ts';
import { never } from '../outcome.fixture.ts';
import { ModelLister } from './list-models.ts';
import { createOllamaProvider } from './ollama-provider.ts';

type Answer = object | string;
type Answers = (path: string, name: string) => Answer | Promise<Answer>;

/** A lister whose questions are counted. */
function listerOf(answer: Answers, isLocal = true) {
  const asked: string[] = [];
  const lister = new ModelLister({
    providerName: 'Ollama',
    isLocal,
    call: async (path, { body, signal }) => {
      signal.throwIfAborted();
      const { model = '' } = (body ?? {}) as { model?: string };
      asked.push(model === '' ? path : `${path} ${model}`);
      const said = await answer(path, model);
      if (said === 'down') throw new SluiceError('upstream_error');
      return new Response(typeof said === 'string' ? said : JSON.stringify(said));
    },
  });
  return { lister, asked };
}

const tag = (name: string, digest: string) => ({ name, model: name, digest });
const chats = { capabilities: ['completion'], model_info: {} };
const free = { inputPerMTok: 0, outputPerMTok: 0, source: 'local' };

describe('the list of an Ollama', () => {
  it('has what can chat, with what is known of it, and no price for models of the cloud', async () => {
    await using upstream = await startFakeUpstream();
    await using provider = createOllamaProvider({ baseUrl: upstream.url });
    const known = {
      contextWindow: 32_768,
      capabilities: {
        images: true,
        reasoning: true,
        reasoningLevels: ['off', 'low', 'medium', 'high'],
        temperature: true,
      },
      dialect: { reasoning: 'switch' },
    };
    expect(await provider.listModels?.(never)).toEqual([
      { name: 'fake:1b', ...known, price: free },
      { name: 'fake:cloud', ...known },
    ]);
  });

  it('asks about a model once, until its name has another digest', async () => {
    let models = [tag('a', '1'), tag('b', '2')];
    const { lister, asked } = listerOf((path) => (path === 'tags' ? { models } : chats));
    await lister.list(never);
    await lister.list(never);
    expect(asked).toEqual(['tags', 'show a', 'show b', 'tags']);
    models = [tag('a', '3'), tag('b', '2')];
    await lister.list(never);
    expect(asked.slice(4)).toEqual(['tags', 'show a']);
  });

  it('keeps what it was told before a list took too long, and asks no more about it', async () => {
    const models = [tag('a', '1'), tag('b', '2'), tag('c', '3'), tag('d', '4'), tag('e', '5')];
    const slow = Promise.withResolvers<Answer>();
    const { lister, asked } = listerOf((path, name) => {
      if (path === 'tags') return { models };
      return name === 'e' ? slow.promise : chats;
    });
    const tooLong = new AbortController();
    const list = lister.list(tooLong.signal);
    await expect.poll(() => asked).toContain('show e');
    const reason = new Error('too long');
    tooLong.abort(reason);
    slow.resolve('down');
    await expect(list).rejects.toBe(reason);
    asked.length = 0;
    expect(await lister.list(never)).toHaveLength(5);
    expect(asked).toEqual(['tags', 'show e']);
  });

  it('lists a model that cannot be asked about by its name, and asks again the next time', async () => {
    let shown: object | string = 'down';
    const { lister } = listerOf((path) => (path === 'tags' ? { models: [tag('a', '1')] } : shown));
    expect(await lister.list(never)).toEqual([{ name: 'a' }]);
    shown = chats;
    expect(await lister.list(never)).toMatchObject([{ name: 'a', price: free }]);
  });

  it('tells gpt-oss how much to think, which cannot be told not to', async () => {
    const shown = { capabilities: ['completion', 'thinking'], details: { family: 'gptoss' } };
    const { lister } = listerOf((path) => (path === 'tags' ? { models: [tag('x', '1')] } : shown));
    expect(await lister.list(never)).toMatchObject([
      { capabilities: { reasoningLevels: ['low', 'medium', 'high'] }, dialect: { reasoning: 'effort' } },
    ]);
  });

  it('takes versions that do not say what a model can', async () => {
    const { lister } = listerOf(
      (path) => (path === 'tags' ? { models: [tag('x', '1'), {}, null] } : { model_info: null }),
      false,
    );
    expect(await lister.list(never)).toEqual([{ name: 'x' }]);
  });

  it('is an error where there is no list, and quotes nothing', async () => {
    await expect(listerOf(() => 'down').lister.list(never)).rejects.toMatchObject({ code: 'upstream_error' });
    const error: unknown = await listerOf(() => '<html>sk-secret')
      .lister.list(never)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'upstream_error' });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(await listerOf(() => ({ models: 'none' })).lister.list(never)).toEqual([]);
  });

  it('throws the reason of a signal that aborts', async () => {
    const reason = new Error('gone');
    const { lister } = listerOf(() => chats);
    await expect(lister.list(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
