import { type ErrorCode, SluiceError, errorEntry, errorTable } from '@sluice/shared';
import express from 'express';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { FailedAnswer } from '../dialect/failed-answer.ts';
import { assignRequestId } from './assign-request-id.ts';
import { nameRequest, sendDialectError } from './send-dialect-error.ts';

const logged: unknown[] = [];
const logger = { error: (...fields: unknown[]) => logged.push(fields) } as never;

/** What a route that throws is answered with. */
function answerTo(thrown: unknown, path: string, headers: Record<string, string> = {}) {
  const app = express();
  app.use(assignRequestId, nameRequest);
  app.use(() => {
    throw thrown;
  });
  app.use('/v1', sendDialectError(logger));
  return supertest(app).get(path).set(headers);
}

/** OpenAI's type and code, and Anthropic's type, by our code. */
const words: Record<ErrorCode, [number, string, string, string]> = {
  invalid_request: [400, 'invalid_request_error', 'invalid_request', 'invalid_request_error'],
  unsupported_option: [400, 'invalid_request_error', 'unsupported_option', 'invalid_request_error'],
  invalid_cursor: [400, 'invalid_request_error', 'invalid_cursor', 'invalid_request_error'],
  context_length_exceeded: [400, 'invalid_request_error', 'context_length_exceeded', 'invalid_request_error'],
  token_missing: [401, 'authentication_error', 'invalid_api_key', 'authentication_error'],
  token_invalid: [401, 'authentication_error', 'invalid_api_key', 'authentication_error'],
  token_expired: [401, 'authentication_error', 'invalid_api_key', 'authentication_error'],
  token_revoked: [401, 'authentication_error', 'invalid_api_key', 'authentication_error'],
  origin_not_allowed: [403, 'permission_error', 'origin_not_allowed', 'permission_error'],
  scope_missing: [403, 'permission_error', 'scope_missing', 'permission_error'],
  not_found: [404, 'invalid_request_error', 'not_found', 'not_found_error'],
  model_not_found: [404, 'invalid_request_error', 'model_not_found', 'not_found_error'],
  run_expired: [410, 'invalid_request_error', 'run_expired', 'invalid_request_error'],
  payload_too_large: [413, 'invalid_request_error', 'payload_too_large', 'request_too_large'],
  unsupported_media_type: [415, 'invalid_request_error', 'unsupported_media_type', 'invalid_request_error'],
  misdirected_request: [421, 'invalid_request_error', 'misdirected_request', 'invalid_request_error'],
  idempotency_mismatch: [422, 'invalid_request_error', 'idempotency_mismatch', 'invalid_request_error'],
  budget_exceeded: [429, 'insufficient_quota', 'insufficient_quota', 'rate_limit_error'],
  rate_limited: [429, 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  too_many_runs: [429, 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  upstream_rate_limited: [429, 'rate_limit_error', 'rate_limit_exceeded', 'rate_limit_error'],
  upstream_auth: [502, 'server_error', 'upstream_auth', 'api_error'],
  upstream_quota: [502, 'server_error', 'upstream_quota', 'api_error'],
  upstream_invalid: [502, 'server_error', 'upstream_invalid', 'api_error'],
  upstream_too_large: [502, 'server_error', 'upstream_too_large', 'api_error'],
  output_too_large: [502, 'server_error', 'output_too_large', 'api_error'],
  upstream_error: [502, 'server_error', 'upstream_error', 'api_error'],
  upstream_unreachable: [502, 'server_error', 'upstream_unreachable', 'api_error'],
  upstream_truncated: [502, 'server_error', 'upstream_truncated', 'api_error'],
  upstream_overloaded: [503, 'server_error', 'upstream_overloaded', 'overloaded_error'],
  draining: [503, 'server_error', 'draining', 'overloaded_error'],
  unavailable: [503, 'server_error', 'unavailable', 'overloaded_error'],
  interrupted: [503, 'server_error', 'interrupted', 'overloaded_error'],
  first_token_timeout: [504, 'server_error', 'first_token_timeout', 'timeout_error'],
  idle_timeout: [504, 'server_error', 'idle_timeout', 'timeout_error'],
  run_timeout: [504, 'server_error', 'run_timeout', 'timeout_error'],
  internal: [500, 'server_error', 'internal', 'api_error'],
};

describe.each(Object.entries(words))('%s', (key, [status, openAiType, openAiCode, anthropicType]) => {
  const code = key as ErrorCode;
  const message = errorTable[code].title;
  const retry = String(errorEntry(code).retryable);
  const param = code === 'model_not_found' ? 'model' : null;

  it("is OpenAI's envelope", async () => {
    const response = await answerTo(new SluiceError(code), '/v1/chat/completions');
    expect([response.status, response.body]).toEqual([
      status,
      { error: { message, type: openAiType, param, code: openAiCode, sluice_code: code } },
    ]);
    expect(response.headers['x-should-retry']).toBe(retry);
  });

  it("is Anthropic's envelope", async () => {
    const response = await answerTo(new SluiceError(code), '/v1/messages');
    expect([response.status, response.body]).toEqual([
      status,
      {
        type: 'error',
        error: { type: anthropicType, message, sluice_code: code },
        request_id: response.headers['request-id'],
      },
    ]);
    expect(response.headers['x-should-retry']).toBe(retry);
  });
});

describe('an error under /v1', () => {
  it('has a time to come back in both of its headers', async () => {
    const error = new SluiceError('draining', { retryAfterMs: 1500 });
    const { headers } = await answerTo(error, '/v1/chat/completions');
    expect([headers['retry-after'], headers['retry-after-ms']]).toEqual(['2', '1500']);
    const limited = await answerTo(new SluiceError('rate_limited'), '/v1/messages');
    expect([limited.headers['retry-after'], limited.headers['retry-after-ms']]).toEqual(['5', '5000']);
  });

  it('names the field that is wrong', async () => {
    const error = new SluiceError('invalid_request', { detail: 'messages.0.content: must not be empty' });
    const { body } = await answerTo(error, '/v1/chat/completions');
    expect(body.error.param).toBe('messages.0.content');
  });

  it('is a conflict that is not tried again when somebody has stopped the answer', async () => {
    const error = new FailedAnswer({ code: 'stopped', message: 'It was stopped', retryable: false });
    const response = await answerTo(error, '/v1/messages');
    expect([response.status, response.headers['x-should-retry']]).toEqual([409, 'false']);
  });

  it('asks to try again under a key as long as no run has it', async () => {
    const key = { 'idempotency-key': 'k' };
    const refused = await answerTo(new SluiceError('too_many_runs'), '/v1/messages', key);
    expect(refused.headers['x-should-retry']).toBe('true');
    const failure = { code: 'interrupted' as const, message: 'It was cut', retryable: true };
    const ended = await answerTo(new FailedAnswer(failure), '/v1/messages', key);
    expect(ended.headers['x-should-retry']).toBe('false');
    const keyless = await answerTo(new FailedAnswer(failure), '/v1/messages');
    expect(keyless.headers['x-should-retry']).toBe('true');
  });

  it('tells nothing of an exception, but logs it', async () => {
    const { status, text } = await answerTo(new Error('secret'), '/v1/chat/completions');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(JSON.stringify(logged.at(-1))).toContain('requestId');
  });

  it.each([
    ['/v1/models', {}, false],
    ['/v1/nothing', {}, false],
    ['/v1/models', { 'anthropic-version': '2023-06-01' }, true],
    ['/v1/models', { 'x-api-key': 'k' }, true],
    ['/v1/messages/count_tokens?beta=true', {}, true],
    ['/v1/messagesX', {}, false],
    ['/V1/Messages', {}, true],
    ['/V1/Chat/Completions', { 'x-api-key': 'k' }, false],
    ['/v1/chat/completions', { 'anthropic-version': '2023-06-01' }, false],
  ])('is by path and headers of one dialect or the other: %s %j', async (path, headers, isAnthropic) => {
    const { body } = await answerTo(new SluiceError('not_found'), path, headers);
    expect(body.type === 'error').toBe(isAnthropic);
  });
});
