import { type RunEvent, encodeSseFrame } from '@sluice/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRunStore } from './run-store.ts';
import { startRun } from './start-run.ts';

const runStart: RunEvent = {
  type: 'run-start',
  runId: 'r1',
  model: 'p/m',
  provider: 'p',
  createdAt: '2026-11-20T00:00:00Z',
};

const untilAborted = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

/** A server whose stream is fed by hand; it notes what was asked of it. */
function createServer() {
  const paths: string[] = [];
  /** What becomes of the next requests to stop, before they are answered. */
  const stopFailures: (Error | Response | 'silence')[] = [];
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  let seq = 0;
  let isAborted = false;
  const fetchHere: typeof fetch = async (input, init) => {
    const path = input as string;
    paths.push(path);
    if (path.endsWith('/events')) throw new TypeError('network');
    if (path.endsWith('/stop')) {
      const failure = stopFailures.shift();
      if (failure instanceof Error) throw failure;
      if (failure === 'silence') return untilAborted(init?.signal);
      if (failure !== undefined) return failure;
      return Response.json({ runId: 'r1', state: 'stopped', upstreamClosedMs: 12 });
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        feed = controller;
        init?.signal?.addEventListener('abort', () => {
          isAborted = true;
          controller.error(init.signal?.reason);
        });
      },
    });
    return new Response(body, { headers: { 'x-request-id': 'req-9' } });
  };
  return {
    paths,
    stopFailures,
    connection: { baseUrl: '', token: 't', fetch: fetchHere },
    send: (event: RunEvent) =>
      feed?.enqueue(new TextEncoder().encode(encodeSseFrame(++seq, JSON.stringify(event)))),
    cut: () => feed?.close(),
    hasAborted: () => isAborted,
  };
}

function begin() {
  const server = createServer();
  const run = createRunStore({
    id: 'a',
    model: 'p/m',
    schedule: (flush) => queueMicrotask(flush),
    now: () => 0,
  });
  const handle = startRun({
    connection: server.connection,
    makeRequest: async () => ({ message: 'hi' }),
    run,
  });
  return { server, run, handle };
}

describe('startRun', () => {
  it('sends nothing when stopped before the request is on its way', async () => {
    const { server, run, handle } = begin();
    handle.stop();
    await vi.waitFor(() =>
      expect(run.getView()).toMatchObject({ phase: 'ended', isStoppedHere: true, failure: null }),
    );
    expect(server.paths).toEqual([]);
  });

  it('asks the server to stop a run as soon as it has a name', async () => {
    const { server, run, handle } = begin();
    await vi.waitFor(() => expect(server.paths).toHaveLength(1));
    handle.stop();
    await vi.waitFor(() => expect(run.getView().isStopping).toBe(true));
    server.send(runStart);
    await vi.waitFor(() => expect(server.paths).toEqual(['/api/chat/stream', '/api/runs/r1/stop']));
    expect(server.hasAborted()).toBe(false);
  });

  it('gives up waiting for a run that gets no name', async () => {
    vi.useFakeTimers();
    const { server, run, handle } = begin();
    await vi.advanceTimersByTimeAsync(0);
    handle.stop();
    await vi.advanceTimersByTimeAsync(4999);
    expect(server.hasAborted()).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    vi.useRealTimers();
    // It may have begun, and go on.
    await vi.waitFor(() =>
      expect(run.getView()).toMatchObject({
        phase: 'ended',
        isStoppedHere: false,
        isCut: true,
        failure: { code: 'unreachable' },
      }),
    );
    expect(server.hasAborted()).toBe(true);
  });

  /** A run that is being stopped while time is the test's. */
  async function stopOver(failures: (Error | Response | 'silence')[]) {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const begun = begin();
    const { server, handle } = begun;
    await vi.advanceTimersByTimeAsync(0);
    server.send(runStart);
    server.send({ type: 'text-delta', text: 'half' });
    await vi.advanceTimersByTimeAsync(0);
    server.stopFailures.push(...failures);
    handle.stop();
    const stops = () => server.paths.filter((path) => path.endsWith('/stop')).length;
    return { ...begun, stops };
  }
  const refusal = (status: number, code: string) =>
    Response.json(
      { type: 't', title: 't', status, detail: 'd', code, retryable: true, requestId: 'q' },
      { status },
    );

  it('asks again when a stop does not reach the server', async () => {
    const { server, run, stops } = await stopOver([new TypeError('network'), refusal(503, 'unavailable')]);
    await vi.advanceTimersByTimeAsync(800);
    expect(stops()).toBe(3);
    expect(run.getView()).toMatchObject({ isStopping: true, stopFailure: null, stop: { state: 'stopped' } });
    expect(server.hasAborted()).toBe(false);
  });

  it('does not claim to have stopped what goes on: it says why, shows it, and can be asked again', async () => {
    const failures = Array.from({ length: 5 }, () => new TypeError('network'));
    const { server, run, handle, stops } = await stopOver(failures);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stops()).toBe(5);
    expect(server.hasAborted()).toBe(false);
    expect(run.getView()).toMatchObject({
      phase: 'generating',
      isStopping: false,
      isStoppedHere: false,
      stopFailure: { code: 'unreachable' },
    });
    server.send({ type: 'text-delta', text: ' more' });
    await vi.advanceTimersByTimeAsync(0);
    expect(run.getText()).toBe('half more');
    handle.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(stops()).toBe(6);
    expect(run.getView()).toMatchObject({ stopFailure: null, stop: { state: 'stopped' } });
  });

  it('gives up a request to stop that is not answered, and makes it again', async () => {
    const { run, stops } = await stopOver(['silence']);
    await vi.advanceTimersByTimeAsync(4999);
    expect(stops()).toBe(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(stops()).toBe(2);
    expect(run.getView()).toMatchObject({ stopFailure: null, stop: { state: 'stopped' } });
  });

  it('asks no second time for what the server refuses, or does not know', async () => {
    const forbidden = await stopOver([refusal(403, 'scope_missing')]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(forbidden.stops()).toBe(1);
    expect(forbidden.run.getView()).toMatchObject({ phase: 'generating', isStopping: false });
    const gone = await stopOver([refusal(404, 'not_found')]);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(gone.run.getView()).toMatchObject({ phase: 'ended', isStoppedHere: true }));
    expect(gone.stops()).toBe(1);
  });

  it('asks the server to stop a run that has a name, once, and keeps the proof', async () => {
    const { server, run, handle } = begin();
    await vi.waitFor(() => expect(server.paths).toHaveLength(1));
    server.send(runStart);
    server.send({ type: 'text-delta', text: 'half' });
    await vi.waitFor(() => expect(run.getText()).toBe('half'));
    handle.stop();
    handle.stop();
    expect(run.getView().isStopping).toBe(true);
    await vi.waitFor(() => expect(run.getView().stop?.upstreamClosedMs).toBe(12));
    expect(server.paths).toEqual(['/api/chat/stream', '/api/runs/r1/stop']);
    expect(run.getText()).toBe('half');
  });

  it('never takes a cut stream for a whole answer', async () => {
    const { server, run } = begin();
    await vi.waitFor(() => expect(server.paths).toHaveLength(1));
    server.send(runStart);
    server.send({ type: 'text-delta', text: 'half' });
    await vi.waitFor(() => expect(run.getText()).toBe('half'));
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    server.cut();
    await vi.advanceTimersByTimeAsync(100);
    expect(run.getView()).toMatchObject({ phase: 'generating', connection: 'reconnecting' });
    await vi.advanceTimersByTimeAsync(70_000);
    expect(run.getView()).toMatchObject({
      phase: 'ended',
      isCut: true,
      failure: { code: 'unreachable', requestId: 'req-9' },
    });
  });
});
