import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../run-event.ts';
import { encodeSseFrame } from '../sse-codec.ts';
import { streamRun } from './stream-run.ts';

const start: RunEvent = {
  type: 'run-start',
  runId: 'r1',
  model: 'demo/sluice',
  provider: 'demo',
  createdAt: 'now',
};
const delta: RunEvent = { type: 'text-delta', text: 'Hi' };
const end: RunEvent = {
  type: 'run-end',
  done: true,
  reason: 'complete',
  usage: null,
  cost: null,
  saved: false,
  timing: { firstTokenMs: 1, totalMs: 2 },
};

function sse(...events: RunEvent[]): Response {
  return new Response(
    events.map((event, index) => encodeSseFrame(index + 1, JSON.stringify(event))).join(''),
  );
}

function problem(code: string, status: number): Response {
  const body = { type: code, title: 't', status, detail: 'why', code, retryable: false, requestId: 'q1' };
  return Response.json(body, { status, headers: { 'retry-after': '3' } });
}

/** A server that gives these answers, one per request, and remembers the tokens it saw. */
function fakeServer(...answers: Response[]) {
  const tokens: (string | null)[] = [];
  const fetch = async (_url: string | URL | Request, init?: RequestInit) => {
    tokens.push(new Headers(init?.headers).get('authorization'));
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('network');
    return answer;
  };
  return { fetch, tokens };
}

const request = { message: 'Hi' };

describe('streamRun', () => {
  it('yields every event up to run-end', async () => {
    const { fetch, tokens } = fakeServer(sse(start, delta, end));
    const events = await Array.fromAsync(streamRun({ baseUrl: '', token: 't', request, fetch }));
    expect(events).toEqual([start, delta, end]);
    expect(tokens).toEqual(['Bearer t']);
  });

  it('sends a key of its own each time, and asks for a grace unless told otherwise', async () => {
    const sent: { key: string | null; body: unknown }[] = [];
    const fetch = async (_url: unknown, init?: RequestInit) => {
      const key = new Headers(init?.headers).get('idempotency-key');
      sent.push({ key, body: JSON.parse(init?.body as string) });
      return sse(start, end);
    };
    await Array.fromAsync(streamRun({ baseUrl: '', request, fetch }));
    await Array.fromAsync(streamRun({ baseUrl: '', request: { ...request, onDisconnect: 'abort' }, fetch }));
    expect(sent.map(({ body }) => body)).toEqual([
      { message: 'Hi', onDisconnect: 'grace' },
      { message: 'Hi', onDisconnect: 'abort' },
    ]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
    for (const { key } of sent) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('throws the code the server refused with, and when to come back', async () => {
    const { fetch } = fakeServer(problem('rate_limited', 429));
    await expect(Array.fromAsync(streamRun({ baseUrl: '', request, fetch }))).rejects.toMatchObject({
      code: 'rate_limited',
      details: { detail: 'why', requestId: 'q1', retryAfterMs: 3000 },
    });
  });

  it('renews an expired token once, and takes a second refusal as final', async () => {
    const getToken = ({ isExpired }: { isExpired: boolean }) => (isExpired ? 'new' : 'old');
    const renewed = fakeServer(problem('token_expired', 401), sse(start, end));
    await Array.fromAsync(streamRun({ baseUrl: '', getToken, request, fetch: renewed.fetch }));
    expect(renewed.tokens).toEqual(['Bearer old', 'Bearer new']);
    const refused = fakeServer(problem('token_expired', 401), problem('token_expired', 401));
    await expect(
      Array.fromAsync(streamRun({ baseUrl: '', getToken, request, fetch: refused.fetch })),
    ).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('throws the reason of the signal when the caller leaves', async () => {
    const controller = new AbortController();
    const hanging = async (_url: unknown, init?: RequestInit) =>
      new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new TextEncoder().encode(encodeSseFrame(1, JSON.stringify(start))));
            init?.signal?.addEventListener('abort', () => stream.error(init.signal?.reason));
          },
        }),
      );
    const stream = streamRun({ baseUrl: '', request, signal: controller.signal, fetch: hanging });
    expect((await stream.next()).value).toEqual(start);
    controller.abort(new Error('left'));
    await expect(stream.next()).rejects.toThrow('left');
  });
});
