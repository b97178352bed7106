import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';

const model = 'anthropic/claude-sonnet-5-5';
const pair = useServer((upstream) => ({ CORS_ORIGINS: upstream.url }));
const hi = { model, messages: [{ role: 'user' as const, content: 'Hi' }] };

const createClient = (options: ConstructorParameters<typeof OpenAI>[0] = {}) =>
  new OpenAI({ baseURL: `${pair.server.url}/v1`, apiKey: pair.server.token, maxRetries: 0, ...options });

/** What a promise is refused with. */
async function refusalOf(promise: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe("OpenAI's own client", () => {
  it('streams an answer, with its reasoning and usage', async () => {
    pair.upstream.script({ reasoning: 'hmm, well', text: 'Grüße 👋' });
    const stream = await createClient().chat.completions.create({
      ...hi,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let reasoning = '';
    const finishes = [];
    let usage;
    for await (const chunk of stream) {
      expect(chunk).toMatchObject({
        model,
        object: 'chat.completion.chunk',
        id: expect.stringMatching(/^chatcmpl-/),
      });
      const [choice] = chunk.choices;
      text += choice?.delta.content ?? '';
      reasoning += (choice?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? '';
      if (choice?.finish_reason) finishes.push(choice.finish_reason);
      ({ usage } = chunk);
    }
    expect([text, reasoning, finishes]).toEqual(['Grüße 👋', 'hmm, well', ['stop']]);
    expect(usage).toMatchObject({ prompt_tokens: 12, total_tokens: expect.any(Number) });
  });

  it('streams with its helper, and sums up', async () => {
    pair.upstream.script({ text: 'Hello there', stopReason: 'max_tokens' });
    const stream = createClient().chat.completions.stream(hi);
    let text = '';
    stream.on('content', (delta) => (text += delta));
    const completion = await stream.finalChatCompletion();
    expect(text).toBe('Hello there');
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { role: 'assistant', content: 'Hello there' },
    });
  });

  it('gets an answer in one piece', async () => {
    pair.upstream.script({ reasoning: 'hmm', text: 'Hello' });
    const {
      data,
      response,
      request_id: requestId,
    } = await createClient().chat.completions.create(hi).withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 12, completion_tokens: expect.any(Number) },
      sluice: { runId: response.headers.get('x-run-id'), cost: { microUsd: expect.any(Number) } },
    });
    expect(requestId).toBe(response.headers.get('x-request-id'));
  });

  it('asks in all the ways it can', async () => {
    const png = Buffer.from('not looked at').toString('base64');
    const { response } = await createClient()
      .chat.completions.create({
        model,
        messages: [
          { role: 'developer', content: 'Be brief' },
          { role: 'system', content: [{ type: 'text', text: 'Be kind' }] },
          { role: 'user', content: 'One', name: 'ann' },
          { role: 'assistant', content: '' },
          { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: '' },
              { type: 'text', text: 'Three' },
              { type: 'image_url', image_url: { url: `data:image/jpg;base64,${png}`, detail: 'low' } },
            ],
          },
        ],
        max_completion_tokens: 77,
        temperature: 0.5,
        reasoning_effort: 'minimal',
        top_p: 0.9,
        frequency_penalty: 0,
        seed: 7,
        stop: ['END'],
        tools: [],
        user: 'somebody',
        metadata: { any: 'thing' },
        response_format: { type: 'text' },
      })
      .withResponse();
    const sent = pair.upstream.lastReceived.body;
    for (const part of ['Be brief', 'Be kind', 'One', 'Two', 'Three', png, '"image/jpeg"']) {
      expect(JSON.stringify(sent)).toContain(part);
    }
    expect(sent).toMatchObject({
      model: 'claude-sonnet-5-5',
      max_tokens: 77,
      output_config: { effort: 'low' },
    });
    expect(response.headers.get('x-sluice-dropped')?.split(', ').toSorted()).toEqual(
      ['seed', 'stop', 'temperature', 'top_p'].toSorted(),
    );
  });

  it('names what a model does not take as its caller does', async () => {
    const { response } = await createClient()
      .chat.completions.create({ ...hi, model: 'openai/gpt-4.1', reasoning_effort: 'high' })
      .withResponse();
    expect(response.headers.get('x-sluice-dropped')).toBe('reasoning_effort');
  });

  it('lists models, and finds one by its name, slash and all', async () => {
    const client = createClient();
    const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
    expect(ids).toContain(model);
    expect(ids).not.toContain('gemini/gemini-3-pro');
    expect(await client.models.retrieve(model)).toMatchObject({
      id: model,
      object: 'model',
      owned_by: 'anthropic',
    });
    const raw = await pair.server.call(`/v1/models/${model}`);
    expect(await raw.json()).toMatchObject({ id: model });
    expect(await refusalOf(client.models.retrieve('nobody/x'))).toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe("the errors that OpenAI's own client throws", () => {
  it.each([
    [401, OpenAI.AuthenticationError, 'invalid_api_key', {}, { apiKey: 'nonsense' }],
    [404, OpenAI.NotFoundError, 'model_not_found', { model: 'nobody/x' }, {}],
    [
      400,
      OpenAI.BadRequestError,
      'unsupported_option',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      {},
    ],
  ])('are %d', async (...row) => {
    const [status, kind, code, changes, options] = row;
    const client = createClient(options);
    const error = await refusalOf(client.chat.completions.create({ ...hi, ...(changes as object) }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, code, requestID: expect.stringMatching(/./) });
    expect(error.headers?.get('x-should-retry')).toBe('false');
    expect(error.message.length).toBeGreaterThan(10);
  });

  it('are the upstream limits of rate, streamed or not, and tried again as they say', async () => {
    pair.upstream.script({ status: 429, headers: { 'retry-after': '3600' } });
    for (const stream of [false, true]) {
      const error = await refusalOf(createClient().chat.completions.create({ ...hi, stream }));
      expect(error).toBeInstanceOf(OpenAI.RateLimitError);
      expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
      expect(error.headers?.get('x-should-retry')).toBe('true');
      expect(error.headers?.get('retry-after')).toBe('3600');
    }
  });

  it('come once when trying again is of no use', async () => {
    pair.upstream.script({ status: 401 });
    const error = await refusalOf(createClient({ maxRetries: 2 }).chat.completions.create(hi));
    expect(error).toMatchObject({ status: 502, code: 'upstream_auth' });
    expect(pair.upstream.stats.requests).toBe(1);
  });

  it('come once under a key, which stands for the run that ended so', async () => {
    pair.upstream.script({ status: 429, headers: { 'retry-after': '600' } });
    let calls = 0;
    const client = createClient({
      maxRetries: 2,
      fetch: (...call) => {
        calls += 1;
        return fetch(...call);
      },
    });
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const [first, again] = [
      await refusalOf(client.chat.completions.create(hi, { headers })),
      await refusalOf(client.chat.completions.create(hi, { headers })),
    ];
    expect([calls, pair.upstream.stats.requests]).toEqual([2, 1]);
    const told = ['x-should-retry', 'retry-after', 'retry-after-ms', 'idempotency-replayed'];
    expect(told.map((name) => first.headers?.get(name))).toEqual(['false', '600', '600000', null]);
    expect(told.map((name) => again.headers?.get(name))).toEqual(['false', null, null, 'true']);
    expect(again).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  });

  it('say that an answer was left, and that asking under its key again is of no use', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    const caller = new AbortController();
    const left = createClient().chat.completions.create(hi, { headers, signal: caller.signal });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    caller.abort();
    await expect(left).rejects.toThrow(OpenAI.APIUserAbortError);
    await pair.upstream.idle();
    const error = await refusalOf(createClient().chat.completions.create(hi, { headers }));
    expect(error).toMatchObject({ status: 409, code: 'disconnected' });
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  it('come in the stream after its first words, with either reader', async () => {
    pair.upstream.script({ tokens: 10, end: 'truncate', after: 3 });
    let text = '';
    const read = async () => {
      for await (const chunk of await createClient().chat.completions.create({ ...hi, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? '';
      }
    };
    expect(await refusalOf(read())).toMatchObject({ code: 'upstream_truncated', type: 'server_error' });
    expect(text).toBe(' t0 t1 t2');
    const helper = createClient().chat.completions.stream(hi).finalChatCompletion();
    expect(await refusalOf(helper)).toMatchObject({ code: 'upstream_truncated' });
    const whole = await refusalOf(createClient().chat.completions.create(hi));
    expect(whole).toMatchObject({ status: 502, code: 'upstream_truncated' });
  });

  it.each([true, false])('tell that somebody has stopped the answer (stream: %s)', async (stream) => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const read = async () => {
      const answer = await createClient({ maxRetries: 2 }).chat.completions.create({ ...hi, stream });
      if (Symbol.asyncIterator in answer) await Array.fromAsync(answer);
    };
    const refusal = refusalOf(read());
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    const { runs } = (await (await pair.server.call('/api/runs?active=true')).json()) as {
      runs: { runId: string }[];
    };
    await pair.server.call(`/api/runs/${runs[0]?.runId}/stop`, { method: 'POST' });
    expect(await refusal).toMatchObject({ code: 'stopped', status: stream ? undefined : 409 });
    expect(pair.upstream.stats.requests).toBe(1);
  });
});

describe("OpenAI's own client, leaving", () => {
  it('has the upstream call aborted within 250 ms', async () => {
    pair.upstream.script({ id: 'left', tokens: 1000, delayMs: 5 });
    const stream = await createClient().chat.completions.create({ ...hi, stream: true });
    let leftAtMs = 0;
    for await (const _ of stream) {
      leftAtMs = performance.timeOrigin + performance.now();
      break;
    }
    await pair.upstream.idle();
    const [abort] = pair.upstream.stats.abortTimes;
    expect((abort?.atMs ?? Infinity) - leftAtMs).toBeLessThan(250);
  });

  it('does so before there is a word, while the headers wait', async () => {
    pair.upstream.script({ hang: 'first' });
    const caller = new AbortController();
    const answer = createClient().chat.completions.create({ ...hi, stream: true }, { signal: caller.signal });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    caller.abort();
    await expect(answer).rejects.toThrow(OpenAI.APIUserAbortError);
    await pair.upstream.idle();
    expect(pair.upstream.stats).toMatchObject({ aborted: 1, active: 0 });
  });

  it('does so while its answer is awaited in one piece, too', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const caller = new AbortController();
    const answer = createClient().chat.completions.create(hi, { signal: caller.signal });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    caller.abort();
    await expect(answer).rejects.toThrow(OpenAI.APIUserAbortError);
    await pair.upstream.idle();
    expect(pair.upstream.stats).toMatchObject({ aborted: 1, active: 0 });
  });
});
