import { describe, expect, it } from 'vitest';
import { keepAsked } from './asked.ts';
import { type SteeredRun, toSteeredRequest } from './to-steered-request.ts';

const run: SteeredRun = {
  asked: {
    body: {
      message: 'First',
      system: 'Be brief.',
      model: 'fast',
      onDisconnect: 'grace',
      metadata: { a: 'b' },
    },
  },
  place: null,
  answer: 'So far',
};
const user = (content: string) => ({ role: 'user', content });

describe('toSteeredRequest', () => {
  it('asks with the context, what was said and the new message, and all options as they were', () => {
    expect(toSteeredRequest(run, 'Second')).toEqual({
      system: 'Be brief.',
      model: 'fast',
      onDisconnect: 'grace',
      metadata: { a: 'b' },
      messages: [user('First'), { role: 'assistant', content: 'So far' }, user('Second')],
    });
  });

  it('leaves out an answer that said nothing, and what no model could be told again', () => {
    expect(toSteeredRequest({ ...run, answer: '' }, 'Second').messages).toEqual([
      user('First'),
      user('Second'),
    ]);
    const answer = `a\0b\ud83dc\ud83d`;
    expect(toSteeredRequest({ ...run, answer }, 'Second').messages?.[1]?.content).toBe('ab\ufffdc');
  });

  it('in a conversation goes on below the answer, whatever the turn was', () => {
    const place = { conversationId: 'c', messageId: 'm' };
    const asked = keepAsked({ conversationId: 'c', parentId: 'p', continue: true, temperature: 1 });
    expect(toSteeredRequest({ ...run, asked, place }, 'Second')).toEqual({
      temperature: 1,
      conversationId: 'c',
      parentId: 'm',
      messages: [user('Second')],
    });
  });

  it('refuses what is more than a request may have, or not known', () => {
    const messages = Array.from({ length: 1999 }, () => ({ role: 'user' as const, content: 'x' }));
    expect(() => toSteeredRequest({ ...run, asked: { body: { messages } } }, 'Second')).toThrow(
      /^content: .* more messages than/,
    );
    expect(() => toSteeredRequest({ ...run, asked: { unknown: 'id: why' } }, 'Second')).toThrow('id: why');
  });
});
