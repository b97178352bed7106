import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { never } from '../outcome.fixture.ts';
import { listModels } from './list-models.ts';

/** @returns what is made of pages of models, each as Google says it */
async function list(...pages: readonly unknown[]) {
  let asked = 0;
  const client = new GoogleGenAI({
    apiKey: 'k',
    httpOptions: {
      baseUrl: 'http://fake',
      fetch: async () => {
        const page = pages[Math.min(asked, pages.length - 1)];
        asked += 1;
        return new Response(typeof page === 'string' ? page : JSON.stringify(page));
      },
    },
  });
  return { asked: () => asked, models: await listModels(client, { providerName: 'Gemini', signal: never }) };
}

const model = (name: string, fields: object = {}) => ({
  name: `models/${name}`,
  supportedGenerationMethods: ['generateContent'],
  ...fields,
});

describe('the models that Gemini lists', () => {
  it.each([
    ['gemini-4-flash', { reasoning: true, reasoningLevels: ['low', 'medium', 'high'] }, 'level'],
    ['gemini-2.5-flash', { reasoning: true, reasoningLevels: ['off', 'low', 'medium', 'high'] }, 'budget'],
    ['gemini-2.5-pro', { reasoning: true, reasoningLevels: ['low', 'medium', 'high'] }, 'budget'],
  ])('are told how much to think as their generation takes it: %s', async (name, capabilities, reasoning) => {
    const { models } = await list({ models: [model(name, { thinking: true })] });
    expect(models).toEqual([{ name, capabilities, dialect: { reasoning } }]);
  });

  it('are not told to think where they cannot', async () => {
    const { models } = await list({ models: [model('gemma-3', { inputTokenLimit: 8192 })] });
    expect(models).toEqual([
      { name: 'gemma-3', contextWindow: 8192, capabilities: { reasoning: false, reasoningLevels: [] } },
    ]);
  });

  it('are no more than are ever read, of an upstream whose pages never end', async () => {
    const { models, asked } = await list({ models: [model('a'), model('b')], nextPageToken: 'again' });
    expect(models).toHaveLength(2000);
    expect(asked()).toBe(1000);
  });

  it.each(['<html>secret</html>', 'null'])('are an error where the answer is %s', async (body) => {
    const error: unknown = await list(body).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'upstream_error' });
    expect(String(error)).not.toContain('secret');
  });
});
