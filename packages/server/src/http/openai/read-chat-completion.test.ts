import { chatRequestSchema } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';
import { chatCompletionSchema } from './chat-completion-schema.ts';
import { readChatCompletion } from './read-chat-completion.ts';

const user = { role: 'user', content: 'Hi' };
const read = (call: object) => readChatCompletion(z.parse(chatCompletionSchema, call));

/** Why a call is refused, by its shape or by what it asks for. */
function refusalOf(call: object): string {
  const result = z.safeParse(chatCompletionSchema, call);
  if (!result.success) return describeIssues(result.error);
  try {
    readChatCompletion(result.data);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

const part = (fields: object) => ({ messages: [user, { role: 'user', content: [fields] }] });
const image = (url: string) => part({ type: 'image_url', image_url: { url } });

describe('a chat completion', () => {
  it('is a chat request in our words', () => {
    const { body, dropped } = read({
      model: 'm',
      messages: [
        { role: 'developer', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'One' }] },
        { role: 'assistant', content: null, refusal: 'No' },
        user,
      ],
      max_tokens: 5,
      max_completion_tokens: 7,
      temperature: 0,
      reasoning_effort: 'xhigh',
      stream: true,
      n: 1,
      tool_choice: 'none',
      logprobs: false,
      seed: null,
    });
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: [{ type: 'text', text: 'One' }] },
        { role: 'assistant', content: 'No' },
        user,
      ],
      maxOutputTokens: 7,
      temperature: 0,
      reasoning: 'high',
    });
    expect(dropped).toEqual([]);
  });

  it('names what it asks for and does not get, but for what has no bearing', () => {
    const call = {
      messages: [user],
      top_p: 0.5,
      logit_bias: { 1: 2 },
      user: 'u',
      store: true,
      verbosity: 'low',
    };
    expect(read(call).dropped).toEqual(['top_p', 'logit_bias', 'verbosity']);
  });

  it.each([
    [{}, 'messages: '],
    [{ messages: [] }, 'messages: '],
    [{ messages: [{ role: 'robot', content: 'Hi' }] }, 'messages.0.role: '],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages.0.content: '],
    [{ messages: [{ role: 'user', content: 'a\0' }] }, 'messages.0.content: must not contain U+0000'],
    [{ messages: [{ role: 'user', content: '' }] }, 'messages.0.content: must not be empty'],
    [
      { messages: [user, { role: 'assistant', content: 'So' }] },
      "messages: the last message's role must be user",
    ],
    [{ messages: [{ role: 'system', content: 'So' }] }, "messages: the last message's role must be user"],
    [
      { messages: [{ role: 'tool', content: 'x', tool_call_id: 'c' }, user] },
      'messages.0.role: tool is not supported',
    ],
    [
      { messages: [{ role: 'assistant', tool_calls: [{}] }, user] },
      'messages.0.tool_calls: is not supported',
    ],
    [{ messages: [user], tools: [{}] }, 'tools: is not supported'],
    [{ messages: [user], functions: [{}] }, 'functions: is not supported'],
    [{ messages: [user], tool_choice: 'required' }, 'tool_choice: is not supported'],
    [{ messages: [user], response_format: { type: 'json_schema' } }, 'response_format.type: "json_schema"'],
    [{ messages: [user], modalities: ['text', 'audio'] }, 'modalities: "audio"'],
    [{ messages: [user], n: 2 }, 'n: must be 1'],
    [{ messages: [user], temperature: 3 }, 'temperature: '],
    [{ messages: [user], max_tokens: -1 }, 'max_tokens: '],
    [{ messages: [user], reasoning_effort: 'huge' }, 'reasoning_effort: '],
    [part({ type: 'input_audio' }), 'messages.1.content.0.type: "input_audio" is not supported'],
    [part({ type: 'text' }), 'messages.1.content.0.text: must be a string'],
    [part({ type: 'image_url' }), 'messages.1.content.0.image_url: must be an object'],
    [image('https://example.com/a.png'), 'messages.1.content.0.image_url.url: must be a data: URL'],
    [image('data:image/png,raw'), 'messages.1.content.0.image_url.url: must be a data: URL'],
    [image('data:image/bmp;base64,AAAA'), 'messages.1.content.0.image_url.url: must be PNG'],
    [image('data:image/png;base64,%%%'), 'messages.1.content.0.image_url.url: must have its bytes in base64'],
  ])('is refused by the name of the field: %j', (call, why) => {
    expect(refusalOf(call)).toContain(why);
  });

  it('keeps the place of an image, for whoever refuses it', () => {
    const empty = { role: 'assistant', content: '' };
    const url = 'data:image/png;base64,AAAA';
    const content = [
      { type: 'text', text: '' },
      { type: 'image_url', image_url: { url } },
    ];
    const { names } = read({ messages: [user, empty, { role: 'user', content }] });
    expect(names.get('messages.1.content.0')).toBe('messages.2.content.1.image_url.url');
  });

  it.each([
    ['data:image/png;name=a.png;base64,AAAA', 'image/png'],
    ['DATA:IMAGE/JPG;BASE64,AAAA', 'image/jpeg'],
  ])('may have its image as %s', (url, mediaType) => {
    const [, message] = read(image(url)).body.messages ?? [];
    expect(message?.content).toEqual([{ type: 'image', mediaType, data: 'AAAA' }]);
  });

  it('is always a request that our own route would take', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant(''));
    const content = fc.oneof(
      text,
      fc.constant(null),
      fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('text'), text }),
          fc.constant({ type: 'refusal', refusal: 'x' }),
        ),
      ),
    );
    const role = fc.constantFrom('system', 'developer', 'user', 'assistant');
    const call = fc.record(
      {
        messages: fc.array(fc.record({ role, content }), { minLength: 1, maxLength: 4 }),
        temperature: fc.option(fc.double({ min: 0, max: 3, noNaN: true })),
        max_tokens: fc.option(fc.integer({ min: -1, max: 1000 })),
        reasoning_effort: fc.constantFrom('none', 'minimal', 'max', null),
      },
      { requiredKeys: ['messages'] },
    );
    let taken = 0;
    fc.assert(
      fc.property(call, (given) => {
        const result = z.safeParse(chatCompletionSchema, given);
        if (!result.success) return;
        try {
          expect(z.safeParse(chatRequestSchema, read(given).body).error).toBeUndefined();
          taken += 1;
        } catch (error) {
          expect((error as Error).name).toBe('SluiceError');
        }
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});
