import { describe, expect, it } from 'vitest';
import type { ProviderRequest } from '../provider.ts';
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

  const asked = (fields: Partial<ProviderRequest>) =>
    buildRequest({ model: 'm', dialect: {}, messages: [{ role: 'user', content: 'a' }], ...fields });
  const adaptive = { reasoning: 'adaptive' } as const;
  const budget = { reasoning: 'budget' } as const;

  it('asks for adaptive thinking by effort, with a summary to show', () => {
    expect(asked({ dialect: adaptive, reasoning: 'low' })).toMatchObject({
      max_tokens: 4096,
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'low' },
    });
  });

  it('turns thinking off in the words of the model, and asks for no effort then', () => {
    const off = asked({ dialect: adaptive, reasoning: 'off' });
    expect(off.thinking).toEqual({ type: 'disabled' });
    expect(off).not.toHaveProperty('output_config');
    const dialect = { ...adaptive, thinkingOff: 'between_tools' } as const;
    expect(asked({ dialect, reasoning: 'off' }).thinking).toEqual({ type: 'between_tools' });
  });

  it.each([
    ['high', {}, 28_672, 24_576],
    ['medium', { modelOutputLimit: 64_000 }, 64_000, 8192],
    ['high', { modelOutputLimit: 8192 }, 8192, 6144],
    ['low', { maxOutputTokens: 2000 }, 2000, 1500],
  ] as const)(
    'thinks with a budget (%s, %j) below what may be written',
    (...[reasoning, limits, max, tokens]) => {
      expect(asked({ dialect: budget, reasoning, ...limits })).toMatchObject({
        max_tokens: max,
        thinking: { type: 'enabled', budget_tokens: tokens },
      });
    },
  );

  it('leaves thinking out where there is no room for it, no form for it, or no wish', () => {
    for (const fields of [
      { dialect: budget, reasoning: 'low', maxOutputTokens: 1000 },
      { dialect: { reasoning: 'effort' }, reasoning: 'low' },
      { dialect: adaptive },
    ] as const) {
      expect(asked(fields)).not.toHaveProperty('thinking');
    }
  });

  it('takes a temperature, but not together with thinking', () => {
    expect(asked({ temperature: 0.2, dialect: budget, reasoning: 'off' })).toMatchObject({
      temperature: 0.2,
    });
    expect(() => asked({ temperature: 0.2, dialect: budget, reasoning: 'low' })).toThrowError(
      expect.objectContaining({ code: 'unsupported_option' }),
    );
  });

  it('trims an answer that is to be gone on with, and leaves out one that is empty', () => {
    const user = { role: 'user', content: 'a ' } as const;
    const after = (content: string) => asked({ messages: [user, { role: 'assistant', content }] }).messages;
    expect(after('So\n far \n')).toEqual([user, { role: 'assistant', content: 'So\n far' }]);
    expect(after(' \n')).toEqual([user]);
  });
});
