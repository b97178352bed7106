import { describe, expect, it } from 'vitest';
import { type SteeredRun, toSteeredRequest } from './to-steered-request.ts';

const run: SteeredRun = {
  body: { message: 'First', system: 'Be brief.', model: 'fast', onDisconnect: 'grace', metadata: { a: 'b' } },
  model: 'openai/gpt-4.1',
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
    const body = { conversationId: 'c', parentId: 'p', continue: true, temperature: 1 };
    const expected = { conversationId: 'c', parentId: 'm', messages: [user('Second')] };
    expect(toSteeredRequest({ ...run, body, place }, 'Second')).toEqual({ temperature: 1, ...expected });
    // Asked over another connection: its model alone is known.
    expect(toSteeredRequest({ ...run, body: undefined, place }, 'Second')).toEqual({
      model: 'openai/gpt-4.1',
      ...expected,
    });
  });

  it('refuses what is more than a request may have, or not known', () => {
    const messages = Array.from({ length: 1999 }, () => ({ role: 'user' as const, content: 'x' }));
    expect(() => toSteeredRequest({ ...run, body: { messages } }, 'Second')).toThrow(/^messages: /);
    expect(() => toSteeredRequest({ ...run, body: undefined }, 'Second')).toThrow(/^id: /);
  });
});
