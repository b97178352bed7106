import { SluiceError, chatRequestSchema } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssues } from '../describe-issues.ts';
import type { ForeignRequest } from '../dialect/foreign-request.ts';
import { toChatRequest } from './to-chat-request.ts';
import { uiChatBodySchema } from './ui-chat-body.ts';

/** @throws {SluiceError} as the route refuses it */
function ask(body: unknown): ForeignRequest {
  const result = z.safeParse(uiChatBodySchema, body);
  if (!result.success) throw new SluiceError('invalid_request', { detail: describeIssues(result.error) });
  return toChatRequest(result.data, 'grace');
}

const text = (said: unknown) => ({ type: 'text', text: said });
const user = (...parts: unknown[]) => ({ id: 'm1', role: 'user', parts });
const assistant = (...parts: unknown[]) => ({ id: 'm2', role: 'assistant', parts });
const png = 'data:image/png;base64,aGk=';
const image = { type: 'image', mediaType: 'image/png', data: 'aGk=' };
const hi = user(text('Hi'));

describe('a body of the AI SDK', () => {
  it.each<[string, object, unknown]>([
    ['all messages', { messages: [hi, assistant(text('Hello')), user(text('So?'))] }, ['Hi', 'Hello', 'So?']],
    ['the last message', { message: hi }, ['Hi']],
    ['a text', { message: 'Hi' }, ['Hi']],
    [
      'an image',
      { messages: [user({ type: 'file', mediaType: 'image/png', url: png }, text('Look'))] },
      [[image, text('Look')]],
    ],
    [
      'what is shown and not said',
      {
        messages: [
          hi,
          assistant(
            { type: 'step-start' },
            { type: 'reasoning', text: 'Hm.' },
            { type: 'source-url', sourceId: 's', url: 'https://a' },
            { type: 'data-weather', data: {} },
            text('Hello'),
          ),
          hi,
        ],
      },
      ['Hi', 'Hello', 'Hi'],
    ],
    [
      'an answer that failed',
      { messages: [hi, assistant({ type: 'step-start' }, text('')), hi] },
      ['Hi', 'Hi'],
    ],
    ["AI SDK 4's content", { messages: [{ role: 'user', content: 'Hi' }] }, ['Hi']],
    [
      "AI SDK 4's content and parts, which say the same",
      { messages: [{ role: 'user', content: 'Hi', parts: [text('Hi')] }] },
      ['Hi'],
    ],
    [
      "AI SDK 4's attachments",
      {
        messages: [
          {
            role: 'user',
            content: 'Look',
            experimental_attachments: [{ name: 'a.png', contentType: 'image/png', url: png }],
          },
        ],
      },
      [[text('Look'), image]],
    ],
    [
      'an image under another name of its type, and with its own',
      {
        messages: [user({ type: 'file', mediaType: 'image/jpg', url: 'data:image/jpg;name=a;base64,aGk=' })],
      },
      [[{ ...image, mediaType: 'image/jpeg' }]],
    ],
    [
      "AI SDK 4's file part",
      { messages: [user({ type: 'file', mimeType: 'image/png', data: 'aGk=' })] },
      [[image]],
    ],
  ])('may hold %s', (_what, body, said) => {
    const asked = ask({ id: 'c', trigger: 'submit-message', ...body }).body;
    expect(asked.messages?.map(({ content }) => content)).toEqual(said);
    expect(asked).toMatchObject({ onDisconnect: 'grace' });
  });

  it('takes options of ours, and names what it has no use for', () => {
    const options = {
      model: 'a/b',
      temperature: 1,
      systemPrompt: 'S',
      metadata: { a: 'b' },
      onDisconnect: 'finish',
    };
    const asked = ask({
      ...options,
      id: 'c',
      messages: [{ role: 'system', parts: [text('Obey')] }, hi],
      tools: {},
      webSearch: true,
    });
    expect(asked.body).toEqual({ ...options, messages: [{ role: 'user', content: 'Hi' }] });
    expect(asked.dropped).toEqual(['webSearch', 'messages.0']);
  });

  it.each<[string, object, object]>([
    [
      'sends what is new',
      { messages: [hi, assistant(text('Hello')), user(text('So?'))] },
      { messages: ['So?'] },
    ],
    ['sends below a message', { message: hi, parentId: 'a1' }, { parentId: 'a1', messages: ['Hi'] }],
    [
      'answers a prompt again',
      { messages: [hi], trigger: 'regenerate-message', parentId: 'p1' },
      { parentId: 'p1' },
    ],
    [
      'goes on with an answer',
      { messages: [hi], continue: true, parentId: 'a1' },
      { parentId: 'a1', continue: true },
    ],
  ])('in a conversation %s', (_what, body, expected) => {
    const { messages, ...asked } = ask({ id: 'c', conversationId: 'k', ...body }).body;
    const said = messages && { messages: messages.map(({ content }) => content) };
    expect({ ...asked, ...said }).toEqual({ conversationId: 'k', onDisconnect: 'grace', ...expected });
  });

  it.each<[object, string]>([
    [{}, 'messages: give messages, or the last one as message'],
    [{ messages: [], id: 'c' }, 'messages: '],
    [{ message: hi, messages: [hi] }, 'message: give either'],
    [{ message: hi, system: 'a', systemPrompt: 'b' }, 'system: give either'],
    [{ messages: [hi, assistant(text('Hello'))] }, 'messages.1.role: '],
    [{ message: assistant(text('Hello')) }, 'message.role: '],
    [{ messages: [user({ type: 'data-x', data: 1 })] }, 'messages.0.parts: holds no text and no image'],
    [{ messages: [user(text(5))] }, 'messages.0.parts.0.text: '],
    [{ messages: [user(text('a\0'))] }, 'messages.0.parts.0.text: must not contain U+0000'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.parts: are needed'],
    [{ messages: [{ role: 'tool', parts: [] }] }, 'messages.0.role: '],
    [
      { messages: [user({ type: 'file', mediaType: 'image/png', url: 'https://a/b' })] },
      'messages.0.parts.0.url: must be a data: URL',
    ],
    [
      { messages: [user({ type: 'file', mediaType: 'application/pdf', url: png })] },
      'messages.0.parts.0.mediaType: ',
    ],
    [
      { messages: [user({ type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,a b' })] },
      'messages.0.parts.0.url: ',
    ],
    [
      { messages: [assistant({ type: 'file', mediaType: 'image/png', url: png }), hi] },
      'messages.0.parts: files',
    ],
    [
      { messages: [hi, assistant({ type: 'tool-weather', state: 'output-available' }), hi] },
      'messages.1.parts.0.type: tools are not supported',
    ],
    [
      { messages: [hi, assistant({ type: 'dynamic-tool' }), hi] },
      'messages.1.parts.0.type: tools are not supported',
    ],
    [{ messages: [{ ...hi, toolInvocations: [{}] }] }, 'messages.0.toolInvocations: tools are not supported'],
    [{ messages: [hi], tools: { weather: {} } }, 'tools: tools are not supported'],
    [
      { messages: [user({ type: 'file', mimeType: 'text/html', data: 'aGk=' })] },
      'messages.0.parts.0.mimeType: ',
    ],
    [
      { messages: [{ ...hi, experimental_attachments: [{ contentType: 'text/plain', url: png }] }] },
      'messages.0.experimental_attachments.0.contentType: ',
    ],
    [
      { messages: [user({ type: 'file', url: `data:${';'.repeat(300)},` })] },
      'messages.0.parts.0.url: must be a data: URL',
    ],
    [{ messages: [user({ type: 'video' })] }, 'messages.0.parts.0.type: must be text or file'],
    [{ message: user({ type: 'video' }) }, 'message.parts.0.type: must be text or file'],
    [{ message: hi, id: '' }, 'id: '],
    [{ message: hi, model: 5 }, 'model: '],
    [{ message: hi, metadata: { a: 1 } }, 'metadata.a: '],
    [
      { messages: [hi], trigger: 'regenerate-message', conversationId: 'k' },
      'parentId: name the stored message',
    ],
    [{ messages: [hi], messageId: 'm1', conversationId: 'k' }, 'parentId: name the stored message'],
  ])('is refused in words of its own: %j', (body, words) => {
    expect(() => ask(body)).toThrow(words);
  });

  it('becomes a request of ours, or is refused, whatever it holds', () => {
    const part = fc.oneof(
      fc.record({ type: fc.constant('text'), text: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()) }),
      fc.record(
        {
          type: fc.constant('file'),
          mediaType: fc.constantFrom('image/png', 'text/html', 5),
          url: fc.constantFrom(png, 'data:,', 'https://a', null),
          data: fc.base64String(),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record({ type: fc.constantFrom('reasoning', 'data-x', 'tool-x', 'video', '__proto__') }),
      fc.anything(),
    );
    const message = fc.record(
      {
        role: fc.constantFrom('system', 'user', 'assistant', 'data', 'x'),
        parts: fc.array(part),
        content: fc.string(),
      },
      { requiredKeys: ['role'] },
    );
    const body = fc.record(
      {
        id: fc.string({ unit: 'binary' }),
        messages: fc.array(message),
        message: fc.oneof(message, fc.string()),
        trigger: fc.constantFrom('submit-message', 'regenerate-message'),
        conversationId: fc.string({ minLength: 1 }),
        parentId: fc.string({ minLength: 1 }),
        other: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(body, fc.anything()), (given) => {
        try {
          expect(z.safeParse(chatRequestSchema, ask(given).body).error).toBeUndefined();
        } catch (error) {
          if (!(error instanceof SluiceError)) throw error;
          expect(error.code).toBe('invalid_request');
        }
      }),
      { numRuns: 500 },
    );
  });
});
