import { describe, expect, it } from 'vitest';
import type { ProviderRequest } from '../provider.ts';
import { buildRequest } from './build-request.ts';

const asked: ProviderRequest = { model: 'm', dialect: {}, messages: [{ role: 'user', content: 'a' }] };

describe('the body of an Ollama request', () => {
  it('leaves out what was not asked for', () => {
    expect(buildRequest(asked)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a' }],
      stream: true,
    });
  });

  it('sends the system prompt first, and the limits as options', () => {
    expect(
      buildRequest({ ...asked, systemPrompt: 'Be brief.', maxOutputTokens: 9, temperature: 0 }),
    ).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'a' },
      ],
      options: { num_predict: 9, temperature: 0 },
    });
  });

  it('sends images beside the text of their message', () => {
    const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const;
    const { messages } = buildRequest({
      ...asked,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }],
    });
    expect(messages).toEqual([{ role: 'user', content: 'What is it?', images: ['aGk='] }]);
    expect(() =>
      buildRequest({ ...asked, messages: [{ role: 'assistant', content: [image] }, ...asked.messages] }),
    ).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
  });

  it.each([
    ['switch', 'off', false],
    ['switch', 'low', true],
    ['switch', 'high', true],
    ['switch', undefined, undefined],
    ['effort', 'off', 'low'],
    ['effort', 'medium', 'medium'],
    [undefined, 'high', undefined],
  ] as const)('tells a model of the form %s to think %s as %s', (form, reasoning, think) => {
    const dialect = form === undefined ? {} : { reasoning: form };
    const body = buildRequest({ ...asked, dialect, ...(reasoning === undefined ? {} : { reasoning }) });
    expect(body.think).toBe(think);
  });
});
