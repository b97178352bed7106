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

/** A server whose stream is fed by hand; it notes what was asked of it. */
function createServer() {
  const paths: string[] = [];
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  let seq = 0;
  let isAborted = false;
  const fetchHere: typeof fetch = async (input, init) => {
    const path = input as string;
    paths.push(path);
    if (path.endsWith('/events')) throw new TypeError('network');
    if (path.endsWith('/stop')) {
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
    await vi.waitFor(() => expect(run.getView()).toMatchObject({ phase: 'ended', isStoppedHere: true }));
    expect(server.hasAborted()).toBe(true);
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
