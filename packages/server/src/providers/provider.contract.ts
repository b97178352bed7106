import { inspect } from 'node:util';
import { SluiceError, usageSchema } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type FakeUpstream, startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import type { FakeScript } from '../../test/_support/fake-upstream-script.ts';
import type { Provider, ProviderEvent, ProviderRequest } from './provider.ts';

export const request: ProviderRequest = { model: 'fake', messages: [{ role: 'user', content: 'Hello' }] };
export const never = new AbortController().signal;

/** What came of one call: its events in order, and what it threw. */
export interface Outcome {
  batches: (readonly ProviderEvent[])[];
  events: ProviderEvent[];
  text: string;
  reasoning: string;
  error: unknown;
}

export async function collect(answer: AsyncIterable<readonly ProviderEvent[]>): Promise<Outcome> {
  const batches: (readonly ProviderEvent[])[] = [];
  let error: unknown;
  try {
    for await (const batch of answer) batches.push(batch);
  } catch (thrown) {
    error = thrown;
  }
  const events = batches.flat();
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  const reasoning = events.map((event) => (event.type === 'reasoning-delta' ? event.reasoning : '')).join('');
  return { batches, events, text, reasoning, error };
}

function typesOf({ events }: Outcome): string[] {
  return events.map(({ type }) => type);
}

/** @returns the code of a SluiceError; anything else as it is, so that a failing test shows it */
function codeOf(error: unknown): unknown {
  return error instanceof SluiceError ? error.code : error;
}

/** Settles at the first event of a type, and leaves the answer hanging where it is. */
async function readUntil(
  iterator: AsyncIterator<readonly ProviderEvent[]>,
  type: ProviderEvent['type'],
): Promise<void> {
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) throw new Error(`The answer ended without ${type}`);
    if ((value as ProviderEvent[]).some((event) => event.type === type)) return;
  }
}

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

/** What every provider promises that calls an upstream. */
export function describeUpstreamProvider(
  name: string,
  createProvider: (upstream: FakeUpstream) => Provider & AsyncDisposable,
): void {
  const play = async (script: FakeScript): Promise<Outcome & { upstream: FakeUpstream }> => {
    await using upstream = await startFakeUpstream();
    await using provider = createProvider(upstream);
    upstream.script(script);
    const outcome = await collect(provider.generate(request, never));
    await upstream.idle();
    return { ...outcome, upstream };
  };

  describeProvider(name, async () => {
    const upstream = await startFakeUpstream();
    upstream.script({ text: 'One two three four', delayMs: 2 });
    const provider = createProvider(upstream);
    return {
      provider,
      async [Symbol.asyncDispose]() {
        await provider[Symbol.asyncDispose]();
        await upstream[Symbol.asyncDispose]();
      },
    };
  });

  describe(`${name} and its upstream`, () => {
    it('gives text and reasoning as the upstream said them, one after the other', async () => {
      const outcome = await play({ reasoning: 'Let me see.', text: 'Of course.' });
      expect(outcome).toMatchObject({ text: 'Of course.', reasoning: 'Let me see.', error: undefined });
      const types = typesOf(outcome);
      expect(types.lastIndexOf('reasoning-delta')).toBeLessThan(types.indexOf('text-delta'));
    });

    it.each(['bytes', 'random'] as const)('reads any text whose bytes come in pieces (%s)', async (split) => {
      const text = `Schön 👩‍👩‍👧 你好世界 \u2028 "quoted" \\ data: x\n\n${'const x = 1;\n'.repeat(100)}`;
      const { error, text: read } = await play({ text, split });
      expect(error).toBeUndefined();
      expect(read).toBe(text);
    });

    it('reads 10 KB of code in random pieces', async () => {
      const text = `\`\`\`ts\n${'  return `${a} — ${b}`; // 測試 🚀\n'.repeat(300)}\`\`\`\n`;
      expect((await play({ text, split: 'random', seed: 7 })).text).toBe(text);
    });

    it.each(['crlf', 'cr'] as const)('reads lines that end with %s', async (lineEnd) => {
      expect(await play({ text: 'Hello', lineEnd, split: 'bytes' })).toMatchObject({ text: 'Hello' });
    });

    it('hands on the first token while the second is still to come', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      upstream.script({ tokens: 2, after: 1, hang: 'mid' });
      const iterator = provider.generate(request, never)[Symbol.asyncIterator]();
      await readUntil(iterator, 'text-delta');
      expect(upstream.stats.active).toBe(1);
      await iterator.return?.();
    });

    it('gives an empty batch for a comment: a sign of life', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      upstream.script({ rawBase64: Buffer.from(': working\n\n').toString('base64'), end: 'open' });
      const iterator = provider.generate(request, never)[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toEqual([{ type: 'call', providerRequestId: 'req_fake' }]);
      expect(await iterator.next()).toEqual({ value: [], done: false });
      await iterator.return?.();
    });

    it('tells the id of the call first and once', async () => {
      const outcome = await play({ text: 'Hello' });
      expect(outcome.events[0]).toEqual({ type: 'call', providerRequestId: 'req_fake' });
      expect(typesOf(outcome).filter((type) => type === 'call')).toHaveLength(1);
    });

    it.each([
      ['before the headers', { hang: 'headers' }],
      ['before the first token', { hang: 'first' }],
      ['in the middle', { tokens: 10, after: 5, hang: 'mid' }],
    ] as const)('closes the upstream call when the signal aborts %s', async (_when, script) => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      upstream.script(script);
      const stop = new AbortController();
      const reason = new Error('stopped');
      const ended = collect(provider.generate(request, stop.signal));
      await expect.poll(() => upstream.stats.active).toBe(1);
      stop.abort(reason);
      expect((await ended).error).toBe(reason);
      await upstream.idle();
      expect(upstream.stats).toMatchObject({ requests: 1, aborted: 1, openConnections: 0 });
    });

    it('closes the upstream call when the consumer leaves the loop', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      upstream.script({ tokens: 1000, delayMs: 5 });
      for await (const batch of provider.generate(request, never)) {
        if (batch.some(({ type }) => type === 'text-delta')) break;
      }
      await upstream.idle();
      expect(upstream.stats).toMatchObject({ aborted: 1, openConnections: 0 });
    });

    it('calls a stream that ends without its terminal truncated, after its text', async () => {
      for (const end of ['truncate', 'fin', 'reset'] as const) {
        const outcome = await play({ text: 'Once upon a time', after: 2, end });
        expect([end, codeOf(outcome.error)]).toEqual([end, 'upstream_truncated']);
        expect(outcome.text).toBe('Once upo');
        expect(typesOf(outcome)).not.toContain('finish');
      }
    });

    it('calls an upstream that resets before the first byte unreachable', async () => {
      const { error, upstream } = await play({ end: 'refuse' });
      expect(codeOf(error)).toBe('upstream_unreachable');
      expect(upstream.stats.requests).toBe(1);
    });

    it('calls an upstream that does not listen unreachable', async () => {
      const upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      await upstream[Symbol.asyncDispose]();
      const { error } = await collect(provider.generate(request, never));
      expect(codeOf(error)).toBe('upstream_unreachable');
    });

    it('takes an answer without a body for a truncated one', async () => {
      expect(codeOf((await play({ status: 200, body: '' })).error)).toBe('upstream_truncated');
      expect(codeOf((await play({ rawBase64: '' })).error)).toBe('upstream_truncated');
    });

    it('takes a page of HTML with status 200 for an error, and quotes nothing of it', async () => {
      const { error } = await play({
        body: '<html>sk-secret</html>',
        headers: { 'content-type': 'text/html' },
      });
      expect(codeOf(error)).toBe('upstream_error');
      expect(inspect(error, { depth: 9 })).not.toContain('sk-');
    });

    it('calls nonsense in the stream an error', async () => {
      const rawBase64 = Buffer.from('data: {"cut\n\n').toString('base64');
      expect(codeOf((await play({ rawBase64 })).error)).toBe('upstream_error');
    });

    it('hands on the text before an error in the stream', async () => {
      const outcome = await play({ text: 'So far', after: 1, error: 'mid-stream' });
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
      const { error, batches, upstream } = await play({ status, headers, errorMessage: 'the key sk-secret' });
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
      const { error } = await play({ status: 307, headers: { location: `${elsewhere.openAiUrl}/messages` } });
      expect(codeOf(error)).toBe('upstream_invalid');
      expect(elsewhere.stats.connections).toBe(0);
    });

    it('refuses an event of more than 8 MiB', async () => {
      const rawBase64 = Buffer.from(`data: ${'x'.repeat(9 * 1024 * 1024)}`).toString('base64');
      const { error, upstream } = await play({ rawBase64, end: 'open' });
      expect(codeOf(error)).toBe('upstream_too_large');
      expect(upstream.stats.aborted).toBe(1);
    });

    it('makes ten calls over one connection', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      for (let call = 0; call < 10; call += 1) await collect(provider.generate(request, never));
      expect(upstream.stats).toMatchObject({ requests: 10, completed: 10, connections: 1 });
    });

    it('gives nothing of what follows the terminal', async () => {
      const trailerBase64 = Buffer.from(
        'event: aiand.metadata\ndata: {"cost_usd":1}\n\ndata: garbage\n\ndata: [DONE]\n\n',
      ).toString('base64');
      const outcome = await play({ text: 'Done.', trailerBase64 });
      expect(outcome).toMatchObject({ text: 'Done.', error: undefined });
      expect(typesOf(outcome).filter((type) => type === 'finish')).toHaveLength(1);
      expect(outcome.upstream.stats.completed).toBe(1);
    });

    it('waits no longer than two seconds for the end of a body that has said all', async () => {
      const { error, events, upstream } = await play({ text: 'Done.', end: 'open' });
      expect(error).toBeUndefined();
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'complete' });
      expect(upstream.stats.openConnections).toBe(0);
    });

    it('lets a fast upstream wait for a slow consumer', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = createProvider(upstream);
      upstream.script({ tokens: 200_000, tokensPerWrite: 100 });
      const iterator = provider.generate(request, never)[Symbol.asyncIterator]();
      await readUntil(iterator, 'text-delta');
      await new Promise((resolve) => setTimeout(resolve, 300));
      const sent = upstream.stats.tokens;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(upstream.stats.tokens).toBe(sent);
      expect(sent).toBeLessThan(200_000);
      await iterator.return?.();
    });
  });
}
