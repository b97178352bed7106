import { usageSchema } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { collect, never, request, typesOf } from './outcome.fixture.ts';
import type { Provider, ProviderEvent } from './provider.ts';

/** What every provider promises, with or without an upstream. */
export function describeProvider(
  name: string,
  open: () => Promise<AsyncDisposable & { provider: Provider }>,
): void {
  describe(`${name} as a provider`, () => {
    it('ends an answer with exactly one finish, after all text', async () => {
      await using opened = await open();
      const outcome = await collect(opened.provider.generate(request, never));
      const types = typesOf(outcome);
      expect(outcome.error).toBeUndefined();
      expect(types.filter((type) => type === 'finish')).toHaveLength(1);
      expect(types.lastIndexOf('text-delta')).toBeLessThan(types.indexOf('finish'));
      expect(outcome.text.length).toBeGreaterThan(0);
    });

    it('tells the usage in the normal form', async () => {
      await using opened = await open();
      const { events } = await collect(opened.provider.generate(request, never));
      const last = events.findLast((event) => event.type === 'usage');
      const usage = z.parse(usageSchema, last?.usage);
      expect(usage.inputTokens).toBeGreaterThan(0);
      expect(usage.outputTokens).toBeGreaterThan(0);
    });

    it('throws the reason of a signal that has aborted before the call', async () => {
      const reason = new Error('gone');
      await using opened = await open();
      const signal = AbortSignal.abort(reason);
      const { error, batches } = await collect(opened.provider.generate(request, signal));
      expect(error).toBe(reason);
      expect(batches).toEqual([]);
    });

    it('throws the reason of a signal that aborts in the middle', async () => {
      await using opened = await open();
      const stop = new AbortController();
      const reason = new Error('stopped');
      const seen: ProviderEvent[] = [];
      await expect(async () => {
        for await (const batch of opened.provider.generate(request, stop.signal)) {
          seen.push(...batch);
          if (batch.some(({ type }) => type === 'text-delta')) stop.abort(reason);
        }
      }).rejects.toBe(reason);
      expect(seen.some(({ type }) => type === 'finish')).toBe(false);
    });
  });
}
