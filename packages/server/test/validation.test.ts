import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, startServer } from './_support/start-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
});
afterAll(() => server[Symbol.asyncDispose]());

async function refusal(body: unknown, headers: Record<string, string> = {}, query = '') {
  const response = await fetch(`${server.url}/api/chat/stream${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as { code: string; detail: string; requestId: string };
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  return { status: response.status, ...problem };
}

describe('a bad body', () => {
  it.each([
    [{}, 'message'],
    [null, 'body'],
    [[], 'body'],
    ['"Hi"', 'body'],
    [{ message: 7 }, 'message'],
    [{ message: '' }, 'message'],
    [{ message: 'a\0' }, 'message'],
    [{ messages: [{ role: 'user', content: 'Hi', extra: 1 }] }, 'messages.0.extra'],
    [{ messages: [{ role: 'robot', content: 'Hi' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 7 }] }] }, 'messages.0.content.0.text'],
    [{ messages: [{ role: 'user', content: [{ type: 'video' }] }] }, 'messages.0.content.0.type'],
    [{ message: 'Hi', surprise: true }, 'surprise'],
    ['{"message":"Hi","__proto__":{"isAdmin":true}}', '__proto__'],
    [{ message: 'Hi', temperature: 'hot' }, 'temperature'],
    [{ message: 'Hi', maxOutputTokens: 1.5 }, 'maxOutputTokens'],
    [{ message: 'x'.repeat(4_000_001) }, 'message'],
  ])('is refused with 400, naming the field (%#)', async (body, field) => {
    const problem = await refusal(body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request', retryable: false });
    expect(problem.detail).toContain(`${field}:`);
  });

  it.each(['{"message":', '', 'message=Hi', '{"message":"Hi"}}'])(
    'that is not JSON (%j) is refused with 400',
    async (body) => {
      expect(await refusal(body)).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it('of another media type is refused with 415', async () => {
    const problem = await refusal('message=Hi', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const charset = await refusal('{}', { 'content-type': 'application/json; charset=shift-jis' });
    expect(charset).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('over 20 MiB is refused with 413, compressed or not', async () => {
    const large = JSON.stringify({ message: 'x'.repeat(21 * 1024 * 1024) });
    expect(await refusal(large)).toMatchObject({
      status: 413,
      code: 'payload_too_large',
      detail: 'the body may have 20 MiB',
    });
    const bomb = await refusal(gzipSync(large), { 'content-encoding': 'gzip' });
    expect(bomb).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('is not sent back in its refusal', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field${index}`, 1]));
    expect((await refusal(many)).detail.length).toBeLessThan(2000);
    expect((await refusal({ ['x'.repeat(1_000_000)]: 1 })).detail.length).toBeLessThan(2000);
  });

  it('nested a hundred thousand deep does not end the process', async () => {
    expect((await refusal(`{"message":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).status).toBe(400);
  });
});

describe('what belongs together', () => {
  const system = { role: 'system', content: 'Be brief.' };
  const user = { role: 'user', content: 'Hi' };
  it.each([
    [{ message: 'Hi', parentId: 'm' }, 'parentId: needs a conversationId'],
    [{ message: 'Hi', continue: true }, 'continue: needs a conversationId'],
    [{ message: 'Hi', graceMs: 5 }, 'graceMs: is for onDisconnect grace alone'],
    [{ message: 'Hi', onDisconnect: 'grace', graceMs: 120_001 }, 'graceMs: at most 120000'],
    [{ conversationId: 'c' }, 'message: give a message'],
    [{ conversationId: 'c', continue: true }, 'parentId: name the answer'],
    [{ conversationId: 'c', continue: true, parentId: 'm', message: 'Hi' }, 'continue: takes no message'],
    [
      { conversationId: 'c', messages: [system, user] },
      'messages: a conversation takes one new user message',
    ],
  ])('is asked for by name: %j', async (body, detail) => {
    const problem = await refusal(body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(problem.detail).toContain(detail);
  });

  it.each(['', 'two words', 'é', 'k'.repeat(256)])('is a key of visible ASCII, not %j', async (key) => {
    const problem = await refusal({ message: 'Hi' }, { 'idempotency-key': key });
    expect(problem).toMatchObject({ code: 'invalid_request' });
    expect(problem.detail).toContain('Idempotency-Key');
  });
});

describe('what this version does not bring', () => {
  it.each([
    [{ model: 'openai/gpt-4.1', reasoning: 'high' }, 'reasoning'],
    [{ model: 'openai/gpt-6.1-sol', reasoning: 'off' }, 'low, medium, high'],
    [{ model: 'openai/gpt-5.4', temperature: 1 }, 'temperature'],
  ])('is refused by name, not ignored: %j', async (options, field) => {
    const problem = await refusal({ message: 'Hi', ...options });
    expect(problem).toMatchObject({ status: 400, code: 'unsupported_option' });
    expect(problem.detail).toContain(field);
  });

  it.each(['?format=xml', '?format=', '?format=text&format=text'])(
    'is refused in the query too, with what there is: %s',
    async (query) => {
      const problem = await refusal({ message: 'Hi' }, {}, query);
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(problem.detail).toContain('format: must be content or text');
    },
  );
});

describe('an unknown model', () => {
  it.each(['anthropic/claude-sonnet-5-5', 'nobody/x', 'gpt'])('%s is a 404', async (model) => {
    expect(await refusal({ message: 'Hi', model })).toMatchObject({ status: 404, code: 'model_not_found' });
  });
});

describe('a file the page does not have', () => {
  it('is a 404', async () => {
    for (const path of ['/assets/gone-1234.js', '/robots.txt']) {
      expect((await server.call(path, { headers: { accept: 'text/html' } })).status).toBe(404);
    }
  });
});

describe('an unknown route', () => {
  it.each(['/api/nothing', '/api/v1/chat/completions'])('%s is a problem, not a page', async (path) => {
    const response = await server.call(path, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  });

  it('with a malformed path is a 400', async () => {
    const response = await server.call('/api/runs/%E0%A4%A/events');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_request' });
  });
});
