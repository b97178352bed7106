import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';
import { messageCallSchema } from './message-call-schema.ts';
import { readMessageCall } from './read-message-call.ts';
import { showsThinking } from './read-thinking.ts';

const user = { role: 'user', content: 'Hi' };
const read = (call: object) => readMessageCall(z.parse(messageCallSchema, call));

/** Why a call is refused, by its shape or by what it asks for. */
function refusalOf(call: object): string {
  const result = z.safeParse(messageCallSchema, call);
  if (!result.success) return describeIssues(result.error);
  try {
    readMessageCall(result.data);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

const block = (fields: object) => ({ messages: [{ role: 'user', content: [fields] }] });
const image = (source: object) => block({ type: 'image', source });

describe('a call of the Messages API', () => {
  it('is a chat request in our words', () => {
    const { body, dropped } = read({
      model: 'm',
      max_tokens: 7,
      system: [
        { type: 'text', text: 'Be brief' },
        { type: 'text', text: '' },
        { type: 'text', text: 'Be kind' },
      ],
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { type: 'redacted_thinking', data: 'x' },
            { type: 'text', text: 'Ah' },
          ],
        },
        { role: 'assistant', content: [] },
        user,
      ],
      temperature: 0,
      stream: true,
      tool_choice: { type: 'auto' },
      metadata: { user_id: 'u' },
      service_tier: 'auto',
      inference_geo: 'us',
      stop_sequences: [],
      output_config: { effort: 'high' },
    });
    expect(body).toEqual({
      model: 'm',
      systemPrompt: 'Be brief\n\nBe kind',
      messages: [user, { role: 'assistant', content: [{ type: 'text', text: 'Ah' }] }, user],
      maxOutputTokens: 7,
      temperature: 0,
    });
    expect(dropped).toEqual(['inference_geo', 'output_config.effort']);
  });

  it.each([
    [{ type: 'disabled' }, undefined, 'off', false],
    [{ type: 'between_tools' }, undefined, 'off', false],
    [{ type: 'enabled', budget_tokens: 1024 }, undefined, 'low', true],
    [{ type: 'enabled', budget_tokens: 10_000 }, undefined, 'medium', true],
    [{ type: 'enabled', budget_tokens: 32_000 }, undefined, 'high', true],
    [{ type: 'adaptive' }, undefined, 'high', true],
    [{ type: 'adaptive', display: 'omitted' }, { effort: 'low' }, 'low', false],
    [{ type: 'adaptive' }, { effort: 'max' }, 'high', true],
    [undefined, undefined, undefined, false],
  ])('may ask for thoughts: %j with %j', (...row) => {
    const [thinking, config, level, isShown] = row;
    const call = { messages: [user], thinking, output_config: config };
    expect(read(call).body.reasoning).toBe(level);
    expect(showsThinking(z.parse(messageCallSchema, call))).toBe(isShown);
  });

  it.each([
    [{}, 'messages: '],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content: '],
    [{ messages: [{ role: 'user', content: '' }] }, 'messages.0.content: must not be empty'],
    [
      { messages: [user, { role: 'assistant', content: '{' }] },
      "messages: the last message's role must be user",
    ],
    [{ messages: [user], system: [{ type: 'image' }] }, 'system.0.type: must be text'],
    [{ messages: [user], tools: [{}] }, 'tools: is not supported'],
    [{ messages: [user], mcp_servers: [{}] }, 'mcp_servers: is not supported'],
    [{ messages: [user], tool_choice: { type: 'any' } }, 'tool_choice: is not supported'],
    [
      { messages: [user], output_config: { format: { type: 'json_schema' } } },
      'output_config.format: is not',
    ],
    [{ messages: [user], thinking: { type: 'much' } }, 'thinking.type: '],
    [{ messages: [user], max_tokens: 0 }, 'max_tokens: '],
    [
      block({ type: 'tool_result', tool_use_id: 'x' }),
      'messages.0.content.0.type: "tool_result" is not supported',
    ],
    [block({ type: 'document' }), 'messages.0.content.0.type: "document" is not supported'],
    [
      image({ type: 'url', url: 'https://example.com/a.png' }),
      'messages.0.content.0.source.type: must be base64',
    ],
    [
      image({ type: 'base64', media_type: 'image/bmp', data: 'AAAA' }),
      'messages.0.content.0.source.media_type: ',
    ],
    [image({ type: 'base64', media_type: 'image/png', data: '' }), 'messages.0.content.0.source.data: '],
  ])('is refused by the name of the field: %j', (call, why) => {
    expect(refusalOf(call)).toContain(why);
  });
});
