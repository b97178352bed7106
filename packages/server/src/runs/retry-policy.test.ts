import { type ErrorCode, type Message, SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import type { ResolvedModel } from '../catalog/catalog.ts';
import { mayFallBack, retryDelayMs } from './retry-policy.ts';

const failed = (code: ErrorCode, details: { retryAfterMs?: number; upstreamStatus?: number } = {}) =>
  new SluiceError(code, details);
const first = { calls: 1, waitedMs: 0 };

describe('retryDelayMs', () => {
  it('grows, and is spread over half of itself', () => {
    const error = failed('upstream_overloaded');
    expect(retryDelayMs({ ...first, error }, 0)).toBe(250);
    expect(retryDelayMs({ ...first, error }, 0.999)).toBe(500);
    expect(retryDelayMs({ ...first, calls: 2, error }, 0)).toBe(500);
    expect(retryDelayMs({ ...first, calls: 2, error }, 0.999)).toBe(1000);
  });

  it('is never less than the upstream asks for, nor more than a request may wait', () => {
    const limited = (retryAfterMs: number) => failed('upstream_rate_limited', { retryAfterMs });
    expect(retryDelayMs({ ...first, error: limited(2000) }, 0)).toBe(2000);
    expect(retryDelayMs({ ...first, error: limited(29_000) }, 0)).toBe(29_000);
    expect(retryDelayMs({ ...first, error: limited(30_001) }, 0)).toBeUndefined();
    expect(retryDelayMs({ calls: 1, waitedMs: 25_000, error: limited(6000) }, 0)).toBeUndefined();
  });

  it('allows three calls', () => {
    expect(retryDelayMs({ calls: 3, waitedMs: 0, error: failed('upstream_error') }, 0)).toBeUndefined();
  });

  it.each([
    [failed('upstream_rate_limited', { upstreamStatus: 408 }), true],
    [failed('upstream_invalid', { upstreamStatus: 409 }), true],
    [failed('upstream_unreachable'), true],
    [failed('upstream_truncated'), true],
    [failed('upstream_auth'), false],
    [failed('upstream_quota'), false],
    [failed('upstream_invalid', { upstreamStatus: 400 }), false],
    [failed('upstream_too_large'), false],
    [failed('context_length_exceeded'), false],
    [failed('output_too_large'), false],
    [new TypeError('ours'), false],
  ])('is there for what may pass: %s %s', (error, isThere) => {
    expect(retryDelayMs({ ...first, error }, 0) !== undefined).toBe(isThere);
  });
});

const model = (contextWindow: number | null, images = false): ResolvedModel => ({
  id: 'p/m',
  provider: 'p',
  name: 'M',
  upstreamName: 'm',
  contextWindow,
  maxOutputTokens: null,
  capabilities: { reasoning: false, reasoningLevels: [], images, temperature: true, prefill: false },
  price: null,
  dialect: {},
});
const text: Message[] = [{ role: 'user', content: 'Hi' }];
const image: Message[] = [
  { role: 'user', content: [{ type: 'image', mediaType: 'image/png', data: 'AAAA' }] },
];

describe('mayFallBack', () => {
  it.each([
    ['upstream_auth', true],
    ['upstream_quota', true],
    ['upstream_rate_limited', true],
    ['upstream_overloaded', true],
    ['upstream_error', true],
    ['upstream_unreachable', true],
    ['upstream_invalid', false],
    ['upstream_too_large', false],
    ['output_too_large', false],
    ['internal', false],
  ] as const)('after %s: %s', (code, may) => {
    const models = { from: model(1000), to: model(1000), messages: text };
    expect(mayFallBack(failed(code), models)).toBe(may);
  });

  it('after a model that its provider does not know', () => {
    const models = { from: model(1000), to: model(1000), messages: text };
    expect(mayFallBack(failed('upstream_invalid', { upstreamStatus: 404 }), models)).toBe(true);
  });

  it('after a prompt that was too long: to a larger window alone', () => {
    const error = failed('context_length_exceeded');
    const to = (window: number | null, from: number | null = 1000) =>
      mayFallBack(error, { from: model(from), to: model(window), messages: text });
    expect([to(1001), to(1000), to(null), to(2000, null)]).toEqual([true, false, false, false]);
  });

  it('with images: to a model that takes them alone', () => {
    const error = failed('upstream_auth');
    const to = (takesImages: boolean) =>
      mayFallBack(error, { from: model(1, true), to: model(1, takesImages), messages: image });
    expect([to(true), to(false)]).toEqual([true, false]);
  });
});
