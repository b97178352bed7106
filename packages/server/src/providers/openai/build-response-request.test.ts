import { describe, expect, it } from 'vitest';
import type { ProviderRequest } from '../provider.ts';
import { buildResponseRequest } from './build-response-request.ts';

const request: ProviderRequest = {
  model: 'm',
  dialect: { api: 'responses', reasoning: 'effort' },
  messages: [{ role: 'user', content: 'a' }],
};

describe('the body of a Responses request', () => {
  it('has nothing that was not asked for, and is not to be stored', () => {
    expect(buildResponseRequest(request)).toEqual({
      model: 'm',
      input: [{ role: 'user', content: 'a' }],
      store: false,
      stream: true,
    });
  });

  it('carries the system prompt as instructions, and the limits', () => {
    expect(
      buildResponseRequest({ ...request, systemPrompt: 'Be brief.', maxOutputTokens: 99, temperature: 0.5 }),
    ).toMatchObject({ instructions: 'Be brief.', max_output_tokens: 99, temperature: 0.5 });
  });

  it('asks for a summary only together with reasoning', () => {
    expect(buildResponseRequest({ ...request, reasoning: 'high' }).reasoning).toEqual({
      effort: 'high',
      summary: 'auto',
    });
    expect(buildResponseRequest({ ...request, reasoning: 'off' }).reasoning).toEqual({ effort: 'none' });
    const unable = { ...request, dialect: { api: 'responses' } as const };
    expect(buildResponseRequest({ ...unable, reasoning: 'high' })).not.toHaveProperty('reasoning');
  });

  it('sends images as data URLs beside their text', () => {
    const { input } = buildResponseRequest({
      ...request,
      messages: [
        { role: 'assistant', content: 'b' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', mediaType: 'image/png', data: 'aGk=' },
          ],
        },
      ],
    });
    expect(input).toEqual([
      { role: 'assistant', content: 'b' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,aGk=' },
        ],
      },
    ]);
  });
});
