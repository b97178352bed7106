import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from './chat-request.ts';

const paths = (body: unknown) =>
  chatRequestSchema
    .safeParse(body)
    .error?.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [...issue.path, key].join('.'))
        : [issue.path.join('.')],
    ) ?? [];

const hello = [{ role: 'user', content: 'Hi' }];

describe('chatRequestSchema', () => {
  it.each([
    [{ message: 'Hi' }],
    [{ messages: hello, model: 'anthropic/claude-sonnet-4-6', temperature: 0, maxOutputTokens: 1 }],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }],
    [{ message: 'Hi', system: 'Be brief', metadata: { any: 'string' } }],
  ])('takes %j', (body) => {
    expect(paths(body)).toEqual([]);
  });

  it.each([
    [null, ''],
    [[], ''],
    [{ message: '' }, 'message'],
    [{ message: 'a\0b' }, 'message'],
    [{ message: 'half \ud83d' }, 'message'],
    [{ message: 7 }, 'message'],
    [{ message: 'Hi', messages: hello }, 'message'],
    [{ message: 'Hi', system: 'a', systemPrompt: 'b' }, 'system'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'assistant', content: 'Hi' }] }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'Hi' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user', content: 'Hi', name: 'x' }] }, 'messages.0.name'],
    [{ message: 'Hi', temperature: 3 }, 'temperature'],
    [{ message: 'Hi', maxOutputTokens: 0 }, 'maxOutputTokens'],
    [{ message: 'Hi', model: 'a b' }, 'model'],
    [{ message: 'Hi', stream: true }, 'stream'],
    [{ message: 'Hi', reasoning: 'extreme' }, 'reasoning'],
  ])('refuses %j, naming %j', (body, field) => {
    expect(paths(body)).toContain(field);
  });
});
