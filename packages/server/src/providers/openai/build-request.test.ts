import type { Message } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { buildRequest } from './build-request.ts';

const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' } as const;

describe('the body of an OpenAI request', () => {
  it('sends the system prompt first and system messages where they stand', () => {
    const { messages } = buildRequest({
      model: 'm',
      dialect: {},
      systemPrompt: 'Be brief.',
      messages: [
        { role: 'user', content: 'a' },
        { role: 'system', content: 'Be true.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'c' },
            { type: 'text', text: 'd' },
          ],
        },
      ],
    });
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 'Be true.' },
      { role: 'user', content: 'c\nd' },
    ]);
  });

  it('leaves out what was not asked for', () => {
    expect(buildRequest({ model: 'm', dialect: {}, messages: [{ role: 'user', content: 'a' }] })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends images as data URLs', () => {
    const { messages } = buildRequest({
      model: 'm',
      dialect: {},
      messages: [{ role: 'user', content: [image] }],
    });
    expect(messages[0]?.content).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
    ]);
  });

  it('refuses images in a message of another role', () => {
    const messages: Message[] = [
      { role: 'assistant', content: [image] },
      { role: 'user', content: 'a' },
    ];
    expect(() => buildRequest({ model: 'm', dialect: {}, messages })).toThrowError(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it('asks for reasoning only in the form that the dialect names', () => {
    const messages: Message[] = [{ role: 'user', content: 'a' }];
    const effort = { model: 'm', messages, dialect: { reasoning: 'effort' } as const };
    expect(buildRequest({ ...effort, reasoning: 'low' })).toMatchObject({ reasoning_effort: 'low' });
    expect(buildRequest({ ...effort, reasoning: 'off' })).toMatchObject({ reasoning_effort: 'none' });
    expect(buildRequest(effort)).not.toHaveProperty('reasoning_effort');
    const unable = { ...effort, dialect: {}, reasoning: 'low' as const };
    expect(buildRequest(unable)).not.toHaveProperty('reasoning_effort');
  });
});
