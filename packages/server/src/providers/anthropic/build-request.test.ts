import { describe, expect, it } from 'vitest';
import { buildRequest } from './build-request.ts';

const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const;

describe('the body of an Anthropic request', () => {
  it('gathers the system prompt and system messages, wherever they stand', () => {
    const body = buildRequest({
      model: 'm',
      dialect: {},
      systemPrompt: 'Be brief.',
      maxOutputTokens: 9,
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'a' },
        { role: 'system', content: 'Be true.' },
        { role: 'assistant', content: 'b' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'c' },
            { type: 'text', text: 'd' },
          ],
        },
      ],
    });
    expect(body).toEqual({
      model: 'm',
      max_tokens: 9,
      system: 'Be brief.\n\nBe kind.\n\nBe true.',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c\nd' },
      ],
      stream: true,
    });
  });

  it("asks for the model's own limit when the caller gave none", () => {
    const messages = [{ role: 'user' as const, content: 'a' }];
    expect(buildRequest({ model: 'm', dialect: {}, messages, modelOutputLimit: 128_000 }).max_tokens).toBe(
      128_000,
    );
    expect(
      buildRequest({ model: 'm', dialect: {}, messages, maxOutputTokens: 9, modelOutputLimit: 128_000 })
        .max_tokens,
    ).toBe(9);
  });

  it('sends images in base64', () => {
    const { messages } = buildRequest({
      model: 'm',
      dialect: {},
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, image] }],
    });
    expect(messages[0]?.content).toEqual([
      { type: 'text', text: 'What is it?' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
    ]);
  });

  it.each(['assistant', 'system'] as const)('refuses images in a message of role %s', (role) => {
    const messages = [{ role, content: [image] }, { role: 'user', content: 'a' } as const];
    expect(() => buildRequest({ model: 'm', dialect: {}, messages })).toThrowError(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
