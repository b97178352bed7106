import { type IncomingMessage, request } from 'node:http';
import { type RunEvent, runEventSchema } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { sseEncoder } from '../src/encoders/sse-encoder.ts';
import { iterateEvents, lastOf, readEvents, textOf } from './_support/start-server.ts';
import { useServer } from './_support/use-server.ts';

const pair = useServer({ HEARTBEAT_MS: '50' });

const models = ['anthropic/claude-sonnet-5-5', 'openai/gpt-4.1'];
const hardText = `Grüße 👩‍👩‍👧‍👦 漢字かな 한국어 \u2028 "quotes" \\ data: x\r\n\r\nid: 9\n\n${'const x = 1; // 😀\n'.repeat(600)}`;

describe.each(models)('POST /api/chat/stream with %s', (model) => {
  it('answers with run-start, deltas and run-end, numbered from 1 without gaps', async () => {
    pair.upstream.script({ text: 'Hello there, dear reader', delayMs: 2 });
    const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
    const events = await readEvents(response);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.event).toMatchObject({ type: 'run-start', model, provider: model.split('/')[0] });
    expect(events[0]?.event).toHaveProperty('runId', response.headers.get('x-run-id'));
    expect(textOf(events)).toBe('Hello there, dear reader');
    expect(events.at(-1)?.event).toMatchObject({
      type: 'run-end',
      done: true,
      reason: 'complete',
      cost: { microUsd: expect.any(Number), source: 'catalog' },
      saved: true,
      usage: { inputTokens: 12, source: 'provider' },
      timing: { firstTokenMs: expect.any(Number), totalMs: expect.any(Number) },
    });
  });

  it('sends the headers that keep proxies from holding frames back', async () => {
    const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'x-run-id': expect.stringMatching(/./),
      'x-request-id': expect.stringMatching(/./),
    });
    await response.body?.cancel();
  });

  it('closes the connection after the answer when the caller asked for that, and says so', async () => {
    const { response, text } = await new Promise<{ response: IncomingMessage; text: string }>(
      (resolve, reject) => {
        const headers = {
          authorization: `Bearer ${pair.server.token}`,
          'content-type': 'application/json',
          connection: 'close',
        };
        const call = request(`${pair.server.url}/api/chat/stream`, { method: 'POST', headers }, (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () => resolve({ response: answer, text: body }));
        });
        call.on('error', reject).end(JSON.stringify({ model, message: 'Hi' }));
      },
    );
    expect(response.headers.connection).toBe('close');
    expect(text).toContain('"done":true');
    await expect.poll(() => response.socket.destroyed).toBe(true);
  });

  it.each(['bytes', 'random'] as const)(
    'gives every character back when the wire is cut into %s',
    async (split) => {
      pair.upstream.script({ text: split === 'bytes' ? hardText.slice(0, 400) : hardText, split, seed: 7 });
      const events = await readEvents(
        await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
      );
      expect(textOf(events)).toBe(split === 'bytes' ? hardText.slice(0, 400) : hardText);
      expect(lastOf(events, 'run-end')?.reason).toBe('complete');
    },
  );

  it('hands the first token on while the model is still silent about the next', async () => {
    pair.upstream.script({ tokens: 2, delayMs: 3000 });
    const before = performance.now();
    const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
    for await (const { event } of iterateEvents(response)) if (event.type === 'text-delta') break;
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('merges the deltas of one upstream read into one event', async () => {
    pair.upstream.script({ tokens: 64, tokensPerWrite: 64 });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    expect(events.filter(({ event }) => event.type === 'text-delta').length).toBeLessThan(8);
  });

  it('keeps reasoning apart from text', async () => {
    pair.upstream.script({ reasoning: 'hmm, well', text: 'Yes.' });
    const events = await readEvents(
      await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } }),
    );
    const reasoning = events
      .map(({ event }) => (event.type === 'reasoning-delta' ? event.reasoning : ''))
      .join('');
    expect([reasoning, textOf(events)]).toEqual(['hmm, well', 'Yes.']);
  });

  it('hands system prompt, history and options on to the provider', async () => {
    const messages = [
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
      { role: 'user', content: [{ type: 'text', text: 'Three' }] },
    ];
    const body = { model, messages, system: 'Be brief', maxOutputTokens: 77 };
    await readEvents(await pair.server.call('/api/chat/stream', { body }));
    const sent = JSON.stringify(pair.upstream.lastReceived.body);
    for (const part of ['Be brief', 'One', 'Two', 'Three', '77']) expect(sent).toContain(part);
    expect(pair.upstream.lastReceived.body.model).toBe(model.split('/')[1]);
  });

  it('sends a comment line into silences', async () => {
    pair.upstream.script({ tokens: 2, firstDelayMs: 300 });
    const response = await pair.server.call('/api/chat/stream', { body: { model, message: 'Hi' } });
    expect(await response.text()).toMatch(/^: ping$/m);
  });
});

describe('clients that know only {text}, {done,usage} and {error}', () => {
  /** The tutorials' reader: every line that begins with "data: " is JSON; nothing else is looked at. */
  async function readSimply(response: Response) {
    let text = '';
    let done: { usage: unknown } | undefined;
    let error: string | undefined;
    for (const line of (await response.text()).split('\n')) {
      if (!line.startsWith('data: ')) continue;
      const frame = JSON.parse(line.slice(6));
      if (frame.text) text += frame.text;
      if (frame.done) done = frame;
      if (frame.error) error = frame.error;
    }
    return { text, done, error };
  }

  it('get exactly the answer from a stream that holds every event type', async () => {
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      source: 'provider' as const,
    };
    const every: RunEvent[] = [
      { type: 'run-start', runId: 'r', model: 'm', provider: 'p', createdAt: 'now' },
      { type: 'run-retry', attempt: 2, delayMs: 10, reason: 'upstream_overloaded' },
      { type: 'run-fallback', from: 'a', to: 'b', reason: 'upstream_overloaded' },
      { type: 'reasoning-delta', reasoning: 'secret musings' },
      { type: 'text-delta', text: hardText },
      { type: 'usage', usage },
      { type: 'finish', reason: 'complete' },
      { type: 'error', error: 'sorry', code: 'upstream_truncated', retryable: true },
      {
        type: 'run-end',
        done: true,
        reason: 'error',
        usage,
        cost: null,
        saved: true,
        timing: { firstTokenMs: 1, totalMs: 2 },
      },
    ];
    expect(new Set(every.map(({ type }) => type)).size).toBe(runEventSchema.def.options.length);
    const frames = sseEncoder.encode(
      every.map((event, index) => ({ seq: index + 1, json: JSON.stringify(event) })),
    );
    const result = await readSimply(new Response(frames));
    expect(result).toEqual({ text: hardText, done: expect.objectContaining({ usage }), error: 'sorry' });
  });

  it('get exactly the answer of the whole server', async () => {
    pair.upstream.script({ reasoning: 'secret musings', text: hardText });
    const result = await readSimply(await pair.server.call('/api/chat/stream', { body: { message: 'Hi' } }));
    expect(result.text).toBe(hardText);
    expect(result.done?.usage).toMatchObject({ inputTokens: 12 });
    expect(result.error).toBeUndefined();
  });

  it('get the partial answer and the message when it fails', async () => {
    pair.upstream.script({ tokens: 10, error: 'mid-stream', after: 5 });
    const result = await readSimply(await pair.server.call('/api/chat/stream', { body: { message: 'Hi' } }));
    expect(result.text).toBe(' t0 t1 t2 t3 t4');
    expect(result.error).toMatch(/./);
  });
});

describe('POST /api/chat', () => {
  it('answers with one JSON message', async () => {
    pair.upstream.script({ reasoning: 'hmm', text: 'Hello' });
    const response = await pair.server.call('/api/chat', { body: { model: models[0], message: 'Hi' } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      runId: response.headers.get('x-run-id'),
      message: { role: 'assistant', content: 'Hello', reasoning: 'hmm' },
      model: models[0],
      provider: 'anthropic',
      reason: 'complete',
      usage: expect.objectContaining({ inputTokens: 12, source: 'provider' }),
      cost: { microUsd: expect.any(Number), source: 'catalog' },
      saved: true,
    });
  });

  it('answers an upstream failure with its status, even after some text', async () => {
    pair.upstream.script({ tokens: 10, end: 'truncate', after: 5 });
    const response = await pair.server.call('/api/chat', { body: { message: 'Hi' } });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'upstream_truncated', retryable: true });
  });

  it('aborts the upstream call when the caller leaves', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const caller = new AbortController();
    const answer = pair.server.call('/api/chat', { body: { message: 'Hi' }, signal: caller.signal });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    caller.abort();
    await expect(answer).rejects.toThrow();
    await pair.upstream.idle();
    expect(pair.upstream.stats).toMatchObject({ aborted: 1, active: 0 });
  });
});
