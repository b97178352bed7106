import { describe, expect, it, vi } from 'vitest';
import { collect, never, request } from '../outcome.fixture.ts';
import { describeProvider } from '../provider.contract.ts';
import { createDemoProvider } from './demo-provider.ts';

const atOnce = async () => {};
const ask = (content: string) => ({ ...request, messages: [{ role: 'user' as const, content }] });

describeProvider('DemoProvider', async () => ({
  provider: createDemoProvider({ wait: atOnce }),
  async [Symbol.asyncDispose]() {},
}));

describe('the demo', () => {
  it('says in its first line what it is, and shows each form of Markdown', async () => {
    const { text } = await collect(createDemoProvider({ wait: atOnce }).generate(request, never));
    expect(text.split('\n')[0]).toContain('demo, not a language model');
    expect(text).toMatch(/^## /m);
    expect(text).toMatch(/^- /m);
    expect(text).toMatch(/^\| --- \|/m);
    expect(text).toMatch(/^```sh\n[^]*\n```$/m);
  });

  it.each([
    ['Hello there', '“Hello there”'],
    ['  one two three four\nfive six seven eight nine ten', '“one two three four five six seven eight …”'],
    ['**bold** <b>`x`</b> [a](b)', '“\\*\\*bold\\*\\* \\<b\\>\\`x\\`\\</b\\> \\[a\\](b)”'],
    ['x'.repeat(500), `“${'x'.repeat(80)} …”`],
  ])('quotes the first words of %j', async (prompt, quoted) => {
    const { text } = await collect(createDemoProvider({ wait: atOnce }).generate(ask(prompt), never));
    expect(text).toContain(quoted);
  });

  it('goes on where an answer was cut short', async () => {
    const provider = createDemoProvider({ wait: atOnce });
    const asked = { role: 'user' as const, content: 'Hello' };
    const whole = await collect(provider.generate({ ...request, messages: [asked] }, never));
    const first = await collect(
      provider.generate({ ...request, messages: [asked], maxOutputTokens: 40 }, never),
    );
    const said = { role: 'assistant' as const, content: first.text };
    const rest = await collect(provider.generate({ ...request, messages: [asked, said] }, never));
    expect(first.text + rest.text).toBe(whole.text);
    expect(rest.text.length).toBeGreaterThan(100);
  });

  it('stops at the limit it is given, and says so', async () => {
    const provider = createDemoProvider({ wait: atOnce });
    const { events } = await collect(provider.generate({ ...request, maxOutputTokens: 5 }, never));
    expect(events.filter(({ type }) => type === 'text-delta')).toHaveLength(5);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });

  it('writes 40 to 60 tokens a second', async () => {
    const wait = vi.fn(atOnce) as unknown as (ms: number) => Promise<void>;
    const { events } = await collect(createDemoProvider({ wait }).generate(request, never));
    const waits = vi
      .mocked(wait)
      .mock.calls.slice(1)
      .map(([ms]) => ms);
    const tokens = events.filter(({ type }) => type === 'text-delta').length;
    const perSecond = (1000 * tokens) / waits.reduce((sum, ms) => sum + ms, 0);
    expect(perSecond).toBeGreaterThanOrEqual(40);
    expect(perSecond).toBeLessThanOrEqual(60);
  });

  it('ends at once when the signal aborts while it waits', async () => {
    const stop = new AbortController();
    const ended = collect(createDemoProvider().generate(request, stop.signal));
    const reason = new Error('stopped');
    setTimeout(() => stop.abort(reason), 20);
    const before = performance.now();
    expect((await ended).error).toBe(reason);
    expect(performance.now() - before).toBeLessThan(200);
  });
});
