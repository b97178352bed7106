import { inspect } from 'node:util';
import { SluiceError } from '@sluice/shared';
import { describe, expect, it, vi } from 'vitest';
import { startFakeUpstream } from '../../test/_support/fake-upstream.ts';
import { type OpenProvider, collect, never, play, readUntil, request, typesOf } from './outcome.fixture.ts';
import { describeProvider } from './provider.contract.ts';
import { describeUpstreamFailures } from './upstream-failures.contract.ts';

/** In what the APIs differ below their words. */
export interface UpstreamWire {
  /** Where the upstream says the id of a call; left out: in a header. */
  callId?: 'header' | 'chunk' | 'nowhere';
  /** Line ends that its frames may have beside LF; left out: those of event streams. */
  lineEnds?: readonly ('crlf' | 'cr')[];
  /** What an upstream may send that says nothing; left out: a comment. */
  sign?: string;
}

/** What every provider promises that calls an upstream. */
export function describeUpstreamProvider(
  name: string,
  createProvider: OpenProvider,
  { callId = 'header', lineEnds = ['crlf', 'cr'], sign = ': working\n\n' }: UpstreamWire = {},
): void {
  describeProvider(name, async () => {
    const upstream = await startFakeUpstream();
    upstream.script({ text: 'One two three four', delayMs: 2 });
    const provider = await createProvider(upstream);
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
      const outcome = await play(createProvider, { reasoning: 'Let me see.', text: 'Of course.' });
      expect(outcome).toMatchObject({ text: 'Of course.', reasoning: 'Let me see.', error: undefined });
      const types = typesOf(outcome);
      expect(types.lastIndexOf('reasoning-delta')).toBeLessThan(types.indexOf('text-delta'));
    });

    it.each(['bytes', 'random'] as const)('reads any text whose bytes come in pieces (%s)', async (split) => {
      const text = `Schön 👩‍👩‍👧 你好世界 \u2028 "quoted" \\ data: x\n\n${'const x = 1;\n'.repeat(100)}`;
      const { error, text: read } = await play(createProvider, { text, split });
      expect(error).toBeUndefined();
      expect(read).toBe(text);
    });

    it('reads 10 KB of code in random pieces', async () => {
      const text = `\`\`\`ts\n${'  return `${a} — ${b}`; // 測試 🚀\n'.repeat(300)}\`\`\`\n`;
      expect((await play(createProvider, { text, split: 'random', seed: 7 })).text).toBe(text);
    });

    it.each(lineEnds)('reads lines that end with %s', async (lineEnd) => {
      expect(await play(createProvider, { text: 'Hello', lineEnd, split: 'bytes' })).toMatchObject({
        text: 'Hello',
      });
    });

    it('hands on the first token while the second is still to come', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
      upstream.script({ tokens: 2, after: 1, hang: 'mid' });
      const iterator = provider.generate(request, never)[Symbol.asyncIterator]();
      await readUntil(iterator, 'text-delta');
      expect(upstream.stats.active).toBe(1);
      await iterator.return?.();
    });

    it('gives an empty batch for what says nothing: a sign of life', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
      upstream.script({ rawBase64: Buffer.from(sign).toString('base64'), end: 'open' });
      const iterator = provider.generate(request, never)[Symbol.asyncIterator]();
      const call = { type: 'call', providerRequestId: 'req_fake' };
      expect((await iterator.next()).value).toEqual(callId === 'header' ? [call] : []);
      expect(await iterator.next()).toEqual({ value: [], done: false });
      await iterator.return?.();
    });

    it('tells the id of the call first and once, where the upstream says one', async () => {
      const outcome = await play(createProvider, { text: 'Hello' });
      const calls = outcome.events.filter(({ type }) => type === 'call');
      const call = { type: 'call', providerRequestId: 'req_fake' };
      expect(calls).toEqual(callId === 'nowhere' ? [] : [call]);
      if (callId !== 'nowhere') expect(outcome.events[0]).toEqual(call);
    });

    it('tells once which model answers', async () => {
      const { events } = await play(createProvider, { text: 'Hello' });
      expect(events.filter(({ type }) => type === 'served')).toEqual([{ type: 'served', model: 'fake' }]);
    });

    it.each([
      ['before the headers', { hang: 'headers' }],
      ['before the first token', { hang: 'first' }],
      ['in the middle', { tokens: 10, after: 5, hang: 'mid' }],
    ] as const)('closes the upstream call when the signal aborts %s', async (_when, script) => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
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
      await using provider = await createProvider(upstream);
      upstream.script({ tokens: 1000, delayMs: 5 });
      for await (const batch of provider.generate(request, never)) {
        if (batch.some(({ type }) => type === 'text-delta')) break;
      }
      await upstream.idle();
      expect(upstream.stats).toMatchObject({ aborted: 1, openConnections: 0 });
    });

    it('does not show a key that no header can carry', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream, 'canary\nx');
      for (const error of [
        (await collect(provider.generate(request, never))).error,
        await provider.listModels?.(never).catch((thrown: unknown) => thrown),
      ]) {
        expect(error).toBeInstanceOf(SluiceError);
        expect(inspect(error, { depth: 9 })).not.toContain('canary');
      }
      expect(upstream.stats.requests).toBe(0);
    });

    it('sends no header that the environment holds for an SDK', async () => {
      const names = ['x-other', 'authorization', 'x-api-key', 'anthropic-version', 'accept', 'user-agent'];
      const headers = names.map((name) => `${name}: canary`).join('\n');
      vi.stubEnv('OPENAI_CUSTOM_HEADERS', headers);
      vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', headers);
      try {
        await using upstream = await startFakeUpstream();
        await using provider = await createProvider(upstream);
        expect((await collect(provider.generate(request, never))).error).toBeUndefined();
        await collect(provider.generate({ ...request, temperature: 0.5 }, never));
        expect(JSON.stringify(upstream.received.map((call) => call.headers))).not.toContain('canary');
      } finally {
        vi.unstubAllEnvs();
      }
    });

    it('makes ten calls over one connection', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
      for (let call = 0; call < 10; call += 1) await collect(provider.generate(request, never));
      expect(upstream.stats).toMatchObject({ requests: 10, completed: 10, connections: 1 });
    });

    it.each([
      ['in its read', true],
      ['in another', false],
    ])(
      'is failed by nothing that follows the terminal %s, and gives nothing of it',
      async (_where, joins) => {
        const trailerBase64 = Buffer.from(
          'event: aiand.metadata\ndata: {"cost_usd":1}\n\ndata: garbage\n\ndata: {"broken\n\ndata: [DONE]\n\n',
        ).toString('base64');
        const outcome = await play(createProvider, { text: 'Done.', trailerBase64, joinsTrailer: joins });
        expect(outcome).toMatchObject({ text: 'Done.', error: undefined });
        expect(typesOf(outcome).filter((type) => type === 'finish')).toHaveLength(1);
        expect(outcome.upstream.stats.completed).toBe(1);
      },
    );

    it('waits no longer than two seconds for the end of a body that has said all', async () => {
      const { error, events, upstream } = await play(createProvider, { text: 'Done.', end: 'open' });
      expect(error).toBeUndefined();
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'complete' });
      expect(upstream.stats.openConnections).toBe(0);
    });

    it('lets a fast upstream wait for a slow consumer', async () => {
      await using upstream = await startFakeUpstream();
      await using provider = await createProvider(upstream);
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

  describeUpstreamFailures(name, createProvider);
}
