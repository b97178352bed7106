import { describe, expect, it } from 'vitest';
import type { ProviderRequest } from '../provider.ts';
import { buildRequest } from './build-request.ts';

const asked: ProviderRequest = { model: 'm', dialect: {}, messages: [{ role: 'user', content: 'a' }] };
const build = (request: ProviderRequest) => buildRequest(request, 'Google Gemini');

describe('the request to Gemini, as the SDK takes it', () => {
  it('leaves out what was not asked for', () => {
    expect(build(asked)).toEqual({
      model: 'm',
      contents: [{ role: 'user', parts: [{ text: 'a' }] }],
      config: { automaticContinuation: false },
    });
  });

  it('has everything that is said to the model as one instruction, and answers as the model said them', () => {
    const { contents, config } = build({
      ...asked,
      systemPrompt: 'Be brief.',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'system', content: 'Be true.' },
        { role: 'user', content: 'c' },
      ],
    });
    expect(config?.systemInstruction).toBe('Be brief.\n\nBe true.');
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: 'c' }] },
    ]);
  });

  it('sends images inline', () => {
    const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const;
    const { contents } = build({
      ...asked,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }],
    });
    expect(contents).toEqual([
      {
        role: 'user',
        parts: [{ text: 'What is it?' }, { inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
      },
    ]);
    expect(() =>
      build({ ...asked, messages: [{ role: 'assistant', content: [image] }, ...asked.messages] }),
    ).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
  });

  it.each([
    ['level', 'off', { thinkingLevel: 'MINIMAL' }],
    ['level', 'high', { thinkingLevel: 'HIGH', includeThoughts: true }],
    ['level', undefined, { includeThoughts: true }],
    ['budget', 'off', { thinkingBudget: 0 }],
    ['budget', 'medium', { thinkingBudget: 8192, includeThoughts: true }],
    [undefined, 'high', undefined],
  ] as const)('tells a model of the form %s to think %s as %o', (form, reasoning, thinking) => {
    const dialect = form === undefined ? {} : { reasoning: form };
    const { config } = build({ ...asked, dialect, ...(reasoning === undefined ? {} : { reasoning }) });
    expect(config?.thinkingConfig).toEqual(thinking);
  });

  it('takes the names that models have', () => {
    for (const model of ['gemini-3.8-flash', 'models/gemini-3', 'tunedModels/my-own_1', 'gemma-3:27b']) {
      expect(build({ ...asked, model }).model).toBe(model);
    }
  });
});
