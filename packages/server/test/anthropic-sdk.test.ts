import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';

const model = 'openai/gpt-4.1';
const pair = useServer();
const hi = { model, max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };

const createClient = (options: ConstructorParameters<typeof Anthropic>[0] = {}) =>
  new Anthropic({
    baseURL: pair.server.url,
    authToken: pair.server.token,
    apiKey: null,
    maxRetries: 0,
    ...options,
  });

/** What a promise is refused with. */
async function refusalOf(promise: PromiseLike<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Anthropic.APIError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe("Anthropic's own client", () => {
  it('streams an answer, event by event', async () => {
    pair.upstream.script({ reasoning: 'hmm', text: 'Grüße 👋', tokensPerWrite: 64 });
    const stream = await createClient().messages.create({ ...hi, stream: true });
    const types: string[] = [];
    let text = '';
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'message_start') expect(event.message).toMatchObject({ model, role: 'assistant' });
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
      if (event.type === 'message_delta') {
        expect(event.delta.stop_reason).toBe('end_turn');
        expect(event.usage).toMatchObject({ input_tokens: 12, output_tokens: expect.any(Number) });
      }
    }
    expect(text).toBe('Grüße 👋');
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('streams with its helper, and sums up', async () => {
    pair.upstream.script({ text: 'Hello there', stopReason: 'length' });
    const stream = createClient().messages.stream(hi);
    let text = '';
    stream.on('text', (delta) => (text += delta));
    const message = await stream.finalMessage();
    expect(text).toBe('Hello there');
    expect(message).toMatchObject({
      type: 'message',
      model,
      content: [{ type: 'text', text: 'Hello there' }],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 12 },
    });
  });

  it('gets an answer in one piece', async () => {
    pair.upstream.script({ reasoning: 'hmm', text: 'Hello' });
    const { data, response, request_id: requestId } = await createClient().messages.create(hi).withResponse();
    expect(data).toMatchObject({
      id: expect.stringMatching(/^msg_/),
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12 },
      sluice: { runId: response.headers.get('x-run-id') },
    });
    expect(requestId).toBe(response.headers.get('x-request-id'));
  });

  it('is told thoughts when it asks for them, streamed or not, and may send them back', async () => {
    pair.upstream.script({ reasoning: 'hmm, well', text: 'Yes.' });
    const asked = { ...hi, model: 'anthropic/claude-sonnet-5-5', thinking: { type: 'adaptive' as const } };
    const content = [
      { type: 'thinking', thinking: 'hmm, well', signature: '' },
      { type: 'text', text: 'Yes.' },
    ];
    const message = await createClient().messages.stream(asked).finalMessage();
    expect(message.content).toMatchObject(content);
    expect((await createClient().messages.create(asked)).content).toMatchObject(content);
    const messages = [
      ...hi.messages,
      { role: 'assistant' as const, content: message.content },
      ...hi.messages,
    ];
    await createClient().messages.create({ ...asked, messages });
    const sent = JSON.stringify(pair.upstream.lastReceived.body);
    expect(sent).toContain('Yes.');
    expect(sent).not.toContain('hmm, well');
  });

  it('asks in all the ways it can', async () => {
    const png = Buffer.from('not looked at').toString('base64');
    const { response } = await createClient()
      .messages.create({
        ...hi,
        max_tokens: 77,
        system: [
          { type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'Be kind' },
        ],
        messages: [
          { role: 'user', content: 'One' },
          { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Three', cache_control: { type: 'ephemeral' } },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            ],
          },
        ],
        temperature: 0.5,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        top_k: 5,
        stop_sequences: ['END'],
        tools: [],
        metadata: { user_id: 'somebody' },
      } as Anthropic.MessageCreateParamsNonStreaming)
      .withResponse();
    const sent = pair.upstream.lastReceived.body;
    for (const part of ['Be brief', 'Be kind', 'One', 'Two', 'Three', png]) {
      expect(JSON.stringify(sent)).toContain(part);
    }
    expect(sent).toMatchObject({ model: 'gpt-4.1', temperature: 0.5 });
    expect(response.headers.get('x-sluice-dropped')?.split(', ').toSorted()).toEqual(
      ['stop_sequences', 'thinking', 'top_k'].toSorted(),
    );
  });

  it('lists models, and finds one by its name', async () => {
    const client = createClient();
    const models = await Array.fromAsync(client.models.list());
    expect(models.find(({ id }) => id === model)).toMatchObject({ type: 'model', display_name: 'GPT-4.1' });
    expect(await client.models.retrieve(model)).toMatchObject({ id: model, type: 'model' });
    expect(await refusalOf(client.models.retrieve('nobody/x'))).toBeInstanceOf(Anthropic.NotFoundError);
  });

  it('may send its token as a key, here and nowhere else', async () => {
    const client = createClient({ authToken: null, apiKey: pair.server.token });
    expect((await client.messages.create(hi)).type).toBe('message');
    const headers = { 'x-api-key': pair.server.token };
    expect((await pair.server.call('/v1/models', { token: '', headers })).status).toBe(200);
    expect((await pair.server.call('/api/models', { token: '', headers })).status).toBe(401);
  });
});

describe("the errors that Anthropic's own client throws", () => {
  it.each([
    [401, Anthropic.AuthenticationError, 'authentication_error', {}, { authToken: 'nonsense' }],
    [404, Anthropic.NotFoundError, 'not_found_error', { model: 'nobody/x' }, {}],
    [
      400,
      Anthropic.BadRequestError,
      'invalid_request_error',
      { tools: [{ name: 'f', input_schema: { type: 'object' } }] },
      {},
    ],
  ])('are %d', async (...row) => {
    const [status, kind, type, changes, options] = row;
    const client = createClient(options);
    const error = await refusalOf(client.messages.create({ ...hi, ...(changes as object) }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({
      status,
      requestID: expect.stringMatching(/./),
      error: { type: 'error', error: { type }, request_id: expect.stringMatching(/./) },
    });
    expect(error.headers?.get('x-should-retry')).toBe('false');
  });

  it('are the upstream limits of rate, streamed or not', async () => {
    pair.upstream.script({ status: 429, headers: { 'retry-after': '3600' } });
    for (const stream of [false, true]) {
      const error = await refusalOf(createClient().messages.create({ ...hi, stream }));
      expect(error).toBeInstanceOf(Anthropic.RateLimitError);
      expect(error).toMatchObject({ status: 429, error: { error: { type: 'rate_limit_error' } } });
    }
  });

  it('come in the stream after its first words, with either reader', async () => {
    pair.upstream.script({ tokens: 10, end: 'truncate', after: 3 });
    let text = '';
    const read = async () => {
      for await (const event of await createClient().messages.create({ ...hi, stream: true })) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          text += event.delta.text;
      }
    };
    expect(await refusalOf(read())).toMatchObject({ type: 'api_error' });
    expect(text).toBe(' t0 t1 t2');
    expect(await refusalOf(createClient().messages.stream(hi).finalMessage())).toMatchObject({
      type: 'api_error',
    });
    expect(await refusalOf(createClient().messages.create(hi))).toMatchObject({ status: 502 });
  });
});

describe("Anthropic's own client, leaving", () => {
  it('has the upstream call aborted within 250 ms', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 5 });
    const stream = createClient().messages.stream(hi);
    const ended = refusalOf(stream.done());
    await new Promise((resolve) => stream.once('text', resolve));
    const leftAtMs = performance.timeOrigin + performance.now();
    stream.abort();
    expect(await ended).toBeInstanceOf(Anthropic.APIUserAbortError);
    await pair.upstream.idle();
    const [abort] = pair.upstream.stats.abortTimes;
    expect((abort?.atMs ?? Infinity) - leftAtMs).toBeLessThan(250);
  });
});
