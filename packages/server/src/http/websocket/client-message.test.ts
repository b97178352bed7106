import { SluiceError } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../middleware/read-body.ts';
import { idOf, parseClientMessage, readClientMessage } from './client-message.ts';

const read = (value: object) => readClientMessage(value as Record<string, unknown>);

describe('readClientMessage', () => {
  it('takes the tutorial’s message, and a chat with the fields of a request beside type and id', () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    expect(read({ messages })).toEqual({ type: 'chat', id: undefined, body: { messages } });
    expect(read({ type: 'chat', id: 'a', message: 'Hi', temperature: 1 })).toEqual({
      type: 'chat',
      id: 'a',
      body: { message: 'Hi', temperature: 1 },
    });
  });

  it('takes the others', () => {
    expect(read({ type: 'auth', token: 't' })).toEqual({ type: 'auth', token: 't' });
    expect(read({ type: 'stop', id: 'a' })).toEqual({ type: 'stop', id: 'a' });
    expect(read({ type: 'resume', runId: 'r' })).toEqual({
      type: 'resume',
      id: undefined,
      runId: 'r',
      after: 0,
    });
    const content = [{ type: 'text', text: 'Hi' }];
    expect(read({ type: 'steer', id: 'a', content })).toEqual({ type: 'steer', id: 'a', content });
  });

  it.each([
    [{ type: 'chat', id: '', message: 'Hi' }, 'id: '],
    [{ type: 'chat', id: 'x'.repeat(101), message: 'Hi' }, 'id: '],
    [{ type: 'auth', token: 7 }, 'token: '],
    [{ type: 'auth', token: 't', id: 'a' }, 'id: unknown field'],
    [{ type: 'chat', message: 'a', messages: [{ role: 'user', content: 'b' }] }, 'message: '],
  ])('names the field that is wrong: %j', (value, field) => {
    expect(() => read(value)).toThrow(field);
  });

  it('reads or refuses anything in our own words, and is never surprised', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          const value = parseClientMessage(text);
          idOf(value);
          readClientMessage(value);
        } catch (error) {
          expect(error).toBeInstanceOf(SluiceError);
        }
      }),
    );
  });
});
