import { inspect } from 'node:util';
import { SluiceError } from '@sluice/shared';
import { APIConnectionError } from 'openai';
import { describe, expect, it } from 'vitest';
import { mapError, mapFailure } from './map-error.ts';

describe('what an upstream of the OpenAI family means', () => {
  it.each([
    ["OpenAI's", 429, { error: { code: 'insufficient_quota', message: 'x' } }, 'upstream_quota'],
    ["xAI's", 400, { code: 'invalid-argument', error: 'Incorrect API key provided.' }, 'upstream_auth'],
    ["Mistral's", 401, { detail: 'Invalid API Key' }, 'upstream_auth'],
    [
      "Mistral's other",
      400,
      { object: 'error', message: 'Prompt exceeds the maximum context length', type: 'x', code: '3051' },
      'context_length_exceeded',
    ],
    ['a list of what is wrong', 422, { detail: [{ msg: 'Extra inputs' }] }, 'upstream_invalid'],
    [
      "OpenRouter's",
      400,
      { error: { code: 400, message: "This endpoint's maximum context length is 9 tokens" } },
      'context_length_exceeded',
    ],
    [
      "OpenRouter's of another's",
      400,
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"x":"prompt is too long"}' },
        },
      },
      'context_length_exceeded',
    ],
    [
      "Perplexity's",
      400,
      { error: { type: 'too_many_prompt_tokens', code: 400 } },
      'context_length_exceeded',
    ],
    ["Google's clone", 400, [{ error: { code: 400, message: 'API key not valid.' } }], 'upstream_auth'],
    ["a proxy's", 502, '<html>Bad Gateway</html>', 'upstream_error'],
    ['nothing', 503, '', 'upstream_overloaded'],
  ])('reads %s envelope with status %i', (...[_whose, status, body, code]) => {
    expect(mapFailure({ status, headers: new Headers(), body }, 'X').code).toBe(code);
  });

  it('keeps nothing of its words', () => {
    const body = { error: 'sk-canary', detail: 'sk-canary', message: 'sk-canary' };
    const error = mapFailure({ status: 400, headers: new Headers({ 'retry-after': '2' }), body }, 'X');
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
    expect(error.details).toMatchObject({ upstreamStatus: 400, retryAfterMs: 2000 });
  });

  it("unwraps what is ours already from the SDK's own error", () => {
    const ours = new SluiceError('upstream_quota');
    expect(mapError(new APIConnectionError({ cause: ours }), 'X')).toBe(ours);
    expect(mapError(ours, 'X')).toBe(ours);
    expect(mapError(new APIConnectionError({ message: 'x' }), 'X').code).toBe('upstream_unreachable');
    expect(mapError(new TypeError('sk-canary'), 'X').code).toBe('internal');
  });
});
