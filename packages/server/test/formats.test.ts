import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useServer } from './_support/use-server.ts';

const pair = useServer();
const hardText = `Grüße 👩‍👩‍👧‍👦 漢字 "quotes" data: x\r\n\r\nid: 9\n\n${'const x = 1; // 😀\n'.repeat(50)}`;
const ask = (query: string, headers: Record<string, string> = {}) =>
  pair.server.call(`/api/chat/stream${query}`, { body: { message: 'Hi' }, headers });

/** Stops the one run that is going on. */
async function stop(): Promise<void> {
  const { runs } = (await (await pair.server.call('/api/runs?active=true')).json()) as {
    runs: { runId: string }[];
  };
  await pair.server.call(`/api/runs/${runs[0]?.runId}/stop`, { method: 'POST' });
}

describe('a client written for {content} and [DONE]', () => {
  /** The tutorials' reader: it knows these frames and no others. */
  async function readContent(response: Response) {
    let text = '';
    for (const line of (await response.text()).split('\n')) {
      if (!line.startsWith('data: ')) continue;
      if (line === 'data: [DONE]') return { text, isDone: true };
      const frame = JSON.parse(line.slice(6));
      if (frame.error) return { text, isDone: false, error: frame.error };
      text += frame.content;
    }
    return { text, isDone: false };
  }

  it('gets the answer', async () => {
    pair.upstream.script({ reasoning: 'secret musings', text: hardText, split: 'random', seed: 3 });
    const response = await ask('?format=content');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await readContent(response)).toEqual({ text: hardText, isDone: true });
  });

  it('gets what came, and the error, when the answer fails', async () => {
    pair.upstream.script({ tokens: 10, end: 'truncate', after: 3 });
    expect(await readContent(await ask('?format=content'))).toEqual({
      text: ' t0 t1 t2',
      isDone: false,
      error: expect.stringMatching(/./),
    });
  });

  it('gets the error when somebody stops the answer', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const response = await ask('?format=content');
    await stop();
    expect(await readContent(response)).toMatchObject({
      isDone: false,
      error: expect.stringMatching(/stopped/),
    });
  });

  it('gets it again from a run that has ended', async () => {
    pair.upstream.script({ text: hardText });
    const first = await ask('?format=content');
    const runId = first.headers.get('x-run-id');
    await first.text();
    const again = await pair.server.call(`/api/runs/${runId}/events?format=content`);
    expect(await readContent(again)).toEqual({ text: hardText, isDone: true });
    const plain = await pair.server.call(`/api/runs/${runId}/events?format=text`);
    expect(await plain.text()).toBe(hardText);
    const unknown = await pair.server.call(`/api/runs/${runId}/events?format=xml`);
    expect(unknown.status).toBe(400);
  });
});

describe('a client written for plain text', () => {
  async function readText(response: Response) {
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    let text = '';
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) return text;
      text += decoder.decode(piece.value, { stream: true });
    }
  }

  it.each([
    ['?format=text', {}],
    ['', { accept: 'text/plain' }],
    ['', { accept: 'text/plain; charset=utf-8, */*' }],
  ])('gets the answer (%s %j)', async (query, headers) => {
    pair.upstream.script({ reasoning: 'secret musings', text: hardText, split: 'random', seed: 3 });
    const response = await ask(query, headers);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(await readText(response)).toBe(hardText);
  });

  it('gets events when it takes anything, or JSON rather', async () => {
    for (const accept of ['*/*', 'application/json, text/plain, */*']) {
      const response = await ask('', { accept });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      await response.body?.cancel();
    }
  });

  /** What arrived, and whether the body had an end. */
  const readCut = () =>
    new Promise<{ text: string; isWhole: boolean }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${pair.server.token}`, 'content-type': 'application/json' };
      const call = request(
        `${pair.server.url}/api/chat/stream?format=text`,
        { method: 'POST', headers },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('error', () => undefined);
          response.on('close', () => resolve({ text, isWhole: response.complete }));
        },
      );
      call.on('error', reject).end(JSON.stringify({ message: 'Hi' }));
    });

  it('gets what came, and then a broken connection, when the answer fails', async () => {
    for (const fault of [{ end: 'truncate' }, { end: 'reset' }, { error: 'mid-stream' }] as const) {
      pair.upstream.script({ tokens: 10, after: 3, ...fault });
      expect(await readCut()).toEqual({ text: ' t0 t1 t2', isWhole: false });
    }
    pair.upstream.script({ text: 'whole' });
    expect(await readCut()).toEqual({ text: 'whole', isWhole: true });
    await expect(
      (async () => {
        pair.upstream.script({ tokens: 10, end: 'truncate', after: 3 });
        return readText(await ask('?format=text'));
      })(),
    ).rejects.toThrow();
  });

  it('gets a broken connection when somebody stops the answer', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const read = readCut();
    await expect.poll(() => pair.upstream.stats.tokens).toBeGreaterThan(2);
    await stop();
    expect(await read).toEqual({ text: expect.stringMatching(/^ t0/), isWhole: false });
  });

  it('leaves no upstream call behind, even with a key', async () => {
    pair.upstream.script({ tokens: 1000, delayMs: 20 });
    const response = await ask('?format=text', { 'idempotency-key': 'k' });
    await expect.poll(() => pair.upstream.stats.active).toBe(1);
    await response.body?.cancel();
    await pair.upstream.idle();
    expect(pair.upstream.stats).toMatchObject({ aborted: 1, active: 0 });
  });
});

it('is refused where the answer is JSON', async () => {
  for (const response of [
    await pair.server.call('/api/chat?format=text', { body: { message: 'Hi' } }),
    await pair.server.call('/api/chat', { body: { message: 'Hi' }, headers: { accept: 'text/plain' } }),
  ]) {
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'unsupported_option' });
  }
});
