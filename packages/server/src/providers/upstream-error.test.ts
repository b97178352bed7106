import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readRetryAfterMs, toSluiceError, toUnreachable } from './upstream-error.ts';

const failure = { providerName: 'Anthropic', kinds: [], message: '' };

describe('readRetryAfterMs', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  it.each([
    [{ 'retry-after-ms': '1200', 'retry-after': '2' }, 1200],
    [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2000],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'garbage' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('reads %j as %s', (headers, expected) => {
    expect(readRetryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });
});

describe('toSluiceError', () => {
  it.each([
    [
      400,
      ['invalid_request_error'],
      'prompt is too long: 3333404 tokens > 200000 maximum',
      'context_length_exceeded',
    ],
    [400, [], "This model's maximum context length is 1048565 tokens.", 'context_length_exceeded'],
    [400, [], 'prompt too long; exceeded max context length by 9 tokens', 'context_length_exceeded'],
    [400, [], 'Your input exceeds the context window of this model.', 'context_length_exceeded'],
    [
      400,
      ['too_many_prompt_tokens'],
      'The total length of all messages is too long.',
      'context_length_exceeded',
    ],
    [400, [], 'The input token count (12) exceeds the maximum number of tokens', 'context_length_exceeded'],
    [400, ['context_length_exceeded'], '', 'context_length_exceeded'],
    [400, ['invalid-argument'], 'Incorrect API key provided.', 'upstream_auth'],
    [400, [], 'API key not valid. Please pass a valid API key.', 'upstream_auth'],
    [400, ['invalid_request_error'], 'Your credit balance is too low to use the API', 'upstream_quota'],
    [400, ['invalid_request_error'], 'messages: roles must alternate', 'upstream_invalid'],
    [429, ['insufficient_quota'], 'You exceeded your current quota', 'upstream_quota'],
    [429, ['rate_limit_error', 'enforced_spend_limit_reached'], '', 'upstream_quota'],
    [429, [], 'You exceeded your current quota, please check your plan', 'upstream_quota'],
    [429, ['rate_limit_exceeded'], 'Rate limit reached', 'upstream_rate_limited'],
    [403, [], 'Your chosen model requires moderation and your input was flagged', 'upstream_invalid'],
    [403, [], 'This key may not use this model', 'upstream_auth'],
    [418, [], '', 'upstream_invalid'],
    [599, [], '', 'upstream_error'],
    [undefined, ['overloaded_error'], 'Overloaded', 'upstream_overloaded'],
    [undefined, ['rate_limit_error'], '', 'upstream_rate_limited'],
    [undefined, ['authentication_error'], '', 'upstream_auth'],
    [undefined, ['billing_error'], '', 'upstream_quota'],
    [undefined, ['invalid_request_error'], 'prompt is too long', 'context_length_exceeded'],
    [undefined, ['invalid_request_error'], '', 'upstream_invalid'],
    [undefined, ['api_error', null, 7], '', 'upstream_error'],
  ])('maps status %s with %j and "%s" to %s', (...[status, kinds, message, code]) => {
    expect(toSluiceError({ ...failure, status, kinds, message }).code).toBe(code);
  });

  it('names the provider in plain words, and the status', () => {
    expect(toSluiceError({ ...failure, status: 401 }).details).toEqual({
      detail: "Anthropic refused this server's key",
      upstreamStatus: 401,
    });
    expect(toSluiceError({ ...failure, status: 404 }).details.detail).toContain('Anthropic does not know');
    expect(toSluiceError({ ...failure, status: 302 }).details.detail).toContain('redirect');
  });

  it('keeps for the log what names the error, and nothing the upstream wrote', () => {
    const secret = 'sk-ant-canary';
    const error = toSluiceError({
      ...failure,
      status: 401,
      headers: new Headers({ 'request-id': 'req_1', 'x-other': secret }),
      kinds: ['authentication_error', `bad key ${secret}`],
      message: `invalid key ${secret}`,
    });
    expect(String(error.cause)).toBe('Error: HTTP 401 authentication_error (request req_1)');
    expect(inspect(error)).not.toContain(secret);
  });
});

describe('toUnreachable', () => {
  it('keeps of the system error that the SDK wrapped what says where and why', () => {
    const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port: 9,
    });
    const error = toUnreachable('OpenAI', new Error('Connection error.', { cause: system }));
    expect(String(error.cause)).toBe('Error: Error ECONNREFUSED connect 127.0.0.1:9');
    expect(error.message).toBe('OpenAI could not be reached');
  });

  it('drops a message, which may quote the key', () => {
    const system = new TypeError('Headers.append: "Bearer sk-canary" is an invalid header value.');
    expect(inspect(toUnreachable('OpenAI', new Error('x', { cause: system })))).not.toContain('canary');
  });
});
