import { inspect } from 'node:util';
import type { SluiceError } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import { type OpenProvider, codeOf, collect, never, play, request, typesOf } from './outcome.fixture.ts';

/** What every provider makes of an upstream that fails, refuses or talks nonsense: a code of ours, and nothing of its words. */
export function describeUpstreamFailures(name: string, createProvider: OpenProvider): void {
  describe(`${name} and an upstream that fails`, () => {
    it('calls a stream that ends without its terminal truncated, after its text', async () => {
      for (const end of ['truncate', 'fin', 'reset'] as const) {
        const outcome = await play(createProvider, { text: 'Once upon a time', after: 2, end });
        expect([end, codeOf(outcome.error)]).toEqual([end, 'upstream_truncated']);
        expect(outcome.text).toBe('Once upo');
        expect(typesOf(outcome)).not.toContain('finish');
      }
    });

    it('calls an upstream that resets before the first byte unreachable', async () => {
      const { error, upstream } = await play(createProvider, { end: 'refuse' });
      expect(codeOf(error)).toBe('upstream_unreachable');
      expect(upstream.stats.requests).toBe(1);
    });

    it('calls an upstream that does not listen unreachable', async () => {
      const upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
      await upstream[Symbol.asyncDispose]();
      const { error } = await collect(provider.generate(request, never));
      expect(codeOf(error)).toBe('upstream_unreachable');
    });

    it('takes an answer without a body for a truncated one', async () => {
      expect(codeOf((await play(createProvider, { status: 200, body: '' })).error)).toBe(
        'upstream_truncated',
      );
      expect(codeOf((await play(createProvider, { rawBase64: '' })).error)).toBe('upstream_truncated');
    });

    it('takes a page of HTML with status 200 for an error, and quotes nothing of it', async () => {
      const { error } = await play(createProvider, {
        body: '<html>sk-secret</html>',
        headers: { 'content-type': 'text/html' },
      });
      expect(codeOf(error)).toBe('upstream_error');
      expect(inspect(error, { depth: 9 })).not.toContain('sk-');
    });

    it('calls nonsense in the stream an error', async () => {
      const rawBase64 = Buffer.from('data: {"cut\n\n').toString('base64');
      expect(codeOf((await play(createProvider, { rawBase64 })).error)).toBe('upstream_error');
    });

    it('hands on the text before an error in the stream', async () => {
      const outcome = await play(createProvider, { text: 'So far', after: 1, error: 'mid-stream' });
      expect(outcome).toMatchObject({ text: 'So f' });
      expect(codeOf(outcome.error)).toBe('upstream_error');
      expect(typesOf(outcome)).not.toContain('finish');
    });

    it.each([
      [400, 'upstream_invalid'],
      [401, 'upstream_auth'],
      [402, 'upstream_quota'],
      [403, 'upstream_auth'],
      [404, 'upstream_invalid'],
      [408, 'upstream_rate_limited'],
      [413, 'upstream_invalid'],
      [429, 'upstream_rate_limited'],
      [500, 'upstream_error'],
      [502, 'upstream_error'],
      [503, 'upstream_overloaded'],
      [504, 'upstream_error'],
      [529, 'upstream_overloaded'],
    ])('makes one call of an upstream that answers %i, and throws %s', async (status, code) => {
      const headers = { 'retry-after': '7', 'x-should-retry': 'true' };
      const { error, batches, upstream } = await play(createProvider, {
        status,
        headers,
        errorMessage: 'the key sk-secret',
      });
      expect(codeOf(error)).toBe(code);
      expect((error as SluiceError).details).toMatchObject({ upstreamStatus: status, retryAfterMs: 7000 });
      expect(batches).toEqual([]);
      expect(upstream.stats.requests).toBe(1);
      expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain(
        'sk-secret',
      );
    });

    it('refuses a redirect, so that its key goes nowhere else', async () => {
      await using elsewhere = await startFakeUpstream();
      const { error } = await play(createProvider, {
        status: 307,
        headers: { location: `${elsewhere.openAiUrl}/messages` },
      });
      expect(codeOf(error)).toBe('upstream_invalid');
      expect(elsewhere.stats.connections).toBe(0);
    });

    it('refuses an event of more than 8 MiB', async () => {
      const rawBase64 = Buffer.from(`data: ${'x'.repeat(9 * 1024 * 1024)}`).toString('base64');
      const { error, upstream } = await play(createProvider, { rawBase64, end: 'open' });
      expect(codeOf(error)).toBe('upstream_too_large');
      expect(upstream.stats.aborted).toBe(1);
    });
  });
}
