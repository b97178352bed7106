import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../run-event.ts';
import { encodeSseFrame } from '../sse-codec.ts';
import type { ConnectionChange } from './come-back.ts';
import { RunCutError } from './run-cut-error.ts';
import type { TakeTurn } from './turn.ts';
import { streamRun } from './stream-run.ts';

const events: RunEvent[] = [
  { type: 'run-start', runId: 'r1', model: 'p/m', provider: 'p', createdAt: 'now' },
  { type: 'text-delta', text: 'one ' },
  { type: 'text-delta', text: 'two ' },
  { type: 'text-delta', text: 'three' },
  {
    type: 'run-end',
    done: true,
    reason: 'complete',
    usage: null,
    cost: null,
    saved: true,
    timing: { firstTokenMs: 1, totalMs: 2 },
  },
];

const problem = (code: string, status: number, headers = {}) =>
  Response.json(
    { type: 't', title: 't', status, detail: 'd', code, retryable: true, requestId: 'q' },
    { status, headers },
  );

/** A connection that brings so many events and breaks, or is answered otherwise, or hangs after the first event. */
type Answer = number | Response | 'hang' | 'refuse' | 'silence';

/** A server that has the whole run. */
function stream(...answers: Answer[]) {
  return streamInTurns(undefined, ...answers);
}

function streamInTurns(takeTurn: TakeTurn | undefined, ...answers: Answer[]) {
  return begin({ takeTurn, message: 'Hi' }, answers);
}

function begin(
  { takeTurn, message }: { takeTurn?: TakeTurn | undefined; message: string },
  answers: Answer[],
) {
  const asked: { path: string; key: string | null; after: number }[] = [];
  const changes: ConnectionChange[] = [];
  const leaving = new AbortController();
  const fetch = async (input: unknown, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    const after = Number(headers.get('last-event-id'));
    asked.push({ path: String(input), key: headers.get('idempotency-key'), after });
    const answer = answers.shift() ?? 'refuse';
    if (answer === 'refuse') throw new TypeError('network');
    if (answer instanceof Response) return answer;
    if (answer === 'silence') {
      return new Promise<never>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
      );
    }
    const count = answer === 'hang' ? 1 : answer;
    const frames = events
      .slice(after, after + count)
      .map((event, index) => encodeSseFrame(after + index + 1, JSON.stringify(event)));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(frames.join('')));
        if (answer !== 'hang') controller.close();
        init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
      },
    });
    return new Response(body);
  };
  const onConnection = (change: ConnectionChange) => changes.push(change);
  const options = { baseUrl: '', request: { message }, signal: leaving.signal, fetch, onConnection };
  const turns = takeTurn && { takeTurn };
  const result = Array.fromAsync(streamRun({ ...options, ...turns })).catch((error: unknown) => error);
  return { asked, changes, leaving, result };
}

describe('a stream whose connection breaks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('loses and repeats nothing, wherever it breaks', async () => {
    const { asked, changes, result } = stream(2, 1, 0, 'refuse', 5);
    await vi.runAllTimersAsync();
    expect(await result).toEqual(events);
    expect(asked.map(({ path, after }) => [path, after])).toEqual([
      ['/api/chat/stream', 0],
      ['/api/runs/r1/events', 2],
      ['/api/runs/r1/events', 3],
      ['/api/runs/r1/events', 3],
      ['/api/runs/r1/events', 3],
    ]);
    const kinds = changes.map((change) => (change.type === 'reconnecting' ? change.attempt : change.type));
    expect(kinds).toEqual([1, 'resumed', 1, 2, 3, 'resumed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is asked for under the same key until there is an event, so that there is one run', async () => {
    const { asked, result } = stream(
      'refuse',
      problem('unavailable', 503),
      new Response('', { status: 502 }),
      0,
      5,
    );
    await vi.runAllTimersAsync();
    expect(await result).toEqual(events);
    expect(asked.map(({ path }) => path)).toEqual(Array(5).fill('/api/chat/stream'));
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  });

  it('comes back when the server asks it to, not before', async () => {
    const { asked, result } = stream(problem('draining', 503, { 'retry-after': '5' }), 5);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(2);
    expect(await result).toEqual(events);
  });

  it('gives up with what broke it after most of a minute', async () => {
    const { asked, result } = stream(2);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(await result).toBeInstanceOf(TypeError);
    expect(asked).toHaveLength(11);
    const cuts = stream(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(await cuts.result).toBeInstanceOf(RunCutError);
    expect(await cuts.result).toMatchObject({ runId: 'r1' });
  });

  it.each([
    problem('rate_limited', 429),
    problem('internal', 500),
    problem('invalid_request', 400),
    problem('run_expired', 410),
  ])('does not come back to a refusal: $status', async (refusal) => {
    const { asked, result } = stream(refusal);
    expect(await result).toHaveProperty('code');
    expect(asked).toHaveLength(1);
  });

  it('is left when nothing at all comes for a minute: a machine that slept is not told of a cut', async () => {
    const { asked, result } = stream('hang', 5);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(2);
    expect(await result).toEqual(events);
  });

  it('is left then also where the clock was set back meanwhile', async () => {
    const { asked, result } = stream('hang', 5);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(asked).toHaveLength(2);
    expect(await result).toEqual(events);
  });

  it('is not waited for when not even an answer comes', async () => {
    const { asked, result } = stream(2, 'silence', 5);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(asked).toHaveLength(3);
    expect(await result).toEqual(events);
  });

  it('has time to send what is long: a slow line is no silent server', async () => {
    const { asked, result } = begin({ message: 'x'.repeat(2 ** 20) }, ['silence', 0, 'silence', 5]);
    await vi.advanceTimersByTimeAsync(93_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(130_000);
    expect(await result).toEqual(events);
    const short = begin({ message: 'x'.repeat(2 ** 20) }, [2, 'silence', 5]);
    await vi.advanceTimersByTimeAsync(35_000);
    expect(short.asked).toHaveLength(3);
    expect(await short.result).toEqual(events);
  });

  it('waits for its turn when too many come back at once', async () => {
    const { asked, result } = stream(2, problem('rate_limited', 429, { 'retry-after': '2' }), 5);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(3);
    expect(await result).toEqual(events);
  });

  it('ends with the reason of the signal, also while it waits', async () => {
    const { asked, leaving, result } = stream(2);
    await vi.advanceTimersByTimeAsync(10);
    leaving.abort(new Error('left'));
    await vi.advanceTimersByTimeAsync(10);
    expect(await result).toMatchObject({ message: 'left' });
    expect(asked).toHaveLength(1);
  });

  it('is looked after at once when someone comes back to it after a long silence, and not after a short one', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const { asked, result } = stream('hang', 5);
    await vi.advanceTimersByTimeAsync(20_000);
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(250);
    expect(asked).toHaveLength(2);
    expect(await result).toEqual(events);
    vi.unstubAllGlobals();
  });

  it('gives its connection up when that is wanted elsewhere, and goes on where it was when its turn comes', async () => {
    const turns: { give: () => void; isOver: boolean }[] = [];
    const { promise: second, resolve: comeAgain } = Promise.withResolvers<void>();
    const takeTurn: TakeTurn = async () => {
      if (turns.length === 1) await second;
      const wanted = new AbortController();
      const turn = { give: () => wanted.abort(new Error('wanted')), isOver: false };
      turns.push(turn);
      return { begin: () => wanted.signal, end: () => (turn.isOver = true) };
    };
    const { asked, changes, result } = streamInTurns(takeTurn, 'hang', 5);
    await vi.advanceTimersByTimeAsync(10);
    turns[0]?.give();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(1);
    expect(turns.map(({ isOver }) => isOver)).toEqual([true]);
    comeAgain();
    expect(await result).toEqual(events);
    expect(asked.map(({ path, after }) => [path, after])).toEqual([
      ['/api/chat/stream', 0],
      ['/api/runs/r1/events', 1],
    ]);
    expect(turns.map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(changes).toEqual([]);
  });

  it('gives its connection up at once when that was wanted while it came about', async () => {
    let count = 0;
    const takeTurn: TakeTurn = async () => {
      const isWanted = ++count === 1;
      return {
        begin: () => (isWanted ? AbortSignal.abort(new Error('wanted')) : new AbortController().signal),
        end: () => undefined,
      };
    };
    const { asked, changes, result } = streamInTurns(takeTurn, 'hang', 5);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toHaveLength(2);
    expect(await result).toEqual(events);
    expect(changes).toEqual([]);
  });
});
