import type { RunEvent } from '@sluice/shared';
import { SluiceError } from '@sluice/shared';
import { describe, expect, it, vi } from 'vitest';
import { isGrowing } from './is-growing.ts';
import { createRunStore } from './run-store.ts';

const start: RunEvent = {
  type: 'run-start',
  runId: 'r1',
  model: 'p/m',
  provider: 'p',
  createdAt: '2026-11-20T00:00:00Z',
};
const text = (value: string): RunEvent => ({ type: 'text-delta', text: value });
const end = (reason: 'complete' | 'stopped' | 'error'): RunEvent => ({
  type: 'run-end',
  done: true,
  reason,
  usage: null,
  cost: null,
  saved: true,
  timing: { firstTokenMs: 5, totalMs: 9 },
});

function createStore() {
  const frames: (() => void)[] = [];
  const clock = { ms: 0 };
  const run = createRunStore({
    id: 'a',
    model: 'p/asked',
    schedule: (flush) => frames.push(flush),
    now: () => clock.ms,
  });
  const heard = vi.fn();
  run.subscribe(heard);
  return { run, heard, frames, clock, frame: () => frames.splice(0).forEach((flush) => flush()) };
}

describe('createRunStore', () => {
  it('tells its readers once a frame, however many events come', () => {
    const { run, heard, frames, frame } = createStore();
    run.append(start);
    for (const word of ['a', 'b', 'c']) run.append(text(word));
    expect(heard).not.toHaveBeenCalled();
    expect(run.getText()).toBe('');
    expect(frames).toHaveLength(1);
    frame();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(run.getText()).toBe('abc');
  });

  it('keeps the same view while only text grows', () => {
    const { run, frame } = createStore();
    run.append(start);
    run.append(text('a'));
    frame();
    const view = run.getView();
    run.append(text('b'));
    frame();
    expect(run.getView()).toBe(view);
    expect(run.getText()).toBe('ab');
  });

  it('shows the end at once, and ignores a frame that was still asked for', () => {
    const { run, heard, frame } = createStore();
    run.append(text('a'));
    run.append(end('complete'));
    expect(run.getView()).toMatchObject({ phase: 'ended', failure: null, isCut: false });
    expect(run.getText()).toBe('a');
    frame();
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('goes from waiting over thinking to generating, and times the thought', () => {
    const { run, frame, clock } = createStore();
    expect(run.getView()).toMatchObject({ phase: 'waiting', model: 'p/asked' });
    run.append(start);
    run.append({ type: 'reasoning-delta', reasoning: 'hm' });
    frame();
    expect(run.getView()).toMatchObject({ phase: 'thinking', model: 'p/m', thoughtMs: null });
    clock.ms = 4000;
    run.append(text('a'));
    frame();
    expect(run.getView()).toMatchObject({ phase: 'generating', thoughtMs: 4000 });
    expect(run.getReasoning()).toBe('hm');
  });
});

describe('an answer that is finished before its run has ended', () => {
  const finish: RunEvent = { type: 'finish', reason: 'complete' };

  it('is shown so at once, with all of its text', () => {
    const { run, heard } = createStore();
    run.append(start);
    run.append(text('whole'));
    run.append(finish);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(run.getText()).toBe('whole');
    expect(run.getView()).toMatchObject({ phase: 'finished', finishReason: 'complete', end: null });
    expect(isGrowing(run.getView())).toBe(false);
    run.append(end('complete'));
    expect(run.getView()).toMatchObject({ phase: 'ended', end: { reason: 'complete' } });
  });

  it('has thought long enough, if it has only thought', () => {
    const { run, clock } = createStore();
    run.append({ type: 'reasoning-delta', reasoning: 'hm' });
    clock.ms = 3000;
    run.append(finish);
    clock.ms = 5000;
    run.append(end('complete'));
    expect(run.getView().thoughtMs).toBe(3000);
  });

  it('stays whole when its connection breaks: only its figures are missing', () => {
    const { run } = createStore();
    run.append(text('whole'));
    run.append(finish);
    run.closeFailed(new TypeError('network'));
    expect(run.getView()).toMatchObject({ phase: 'ended', isCut: true, failure: null });
  });
});

describe('the end of a run', () => {
  it('keeps the text and says that it was cut when the stream breaks', () => {
    const { run } = createStore();
    run.append(text('half'));
    run.noteRequestId('req-1');
    run.closeFailed(new TypeError('network'));
    expect(run.getText()).toBe('half');
    expect(run.getView()).toMatchObject({
      phase: 'ended',
      isCut: true,
      end: null,
      failure: { code: 'unreachable', requestId: 'req-1' },
    });
  });

  it('tells a refusal with its code, its request and when to come back', () => {
    const { run } = createStore();
    run.closeFailed(new SluiceError('rate_limited', { requestId: 'req-2', retryAfterMs: 7000 }));
    expect(run.getView().failure).toMatchObject({
      code: 'rate_limited',
      requestId: 'req-2',
      retryAfterMs: 7000,
    });
  });

  it('tells an error event by the same means', () => {
    const { run } = createStore();
    run.noteRequestId('req-3');
    run.append({ type: 'error', error: 'Overloaded', code: 'upstream_overloaded', retryable: true });
    run.append(end('error'));
    expect(run.getView()).toMatchObject({
      isCut: false,
      failure: { error: { message: 'Overloaded' }, requestId: 'req-3' },
    });
  });

  it('lets the first end stand', () => {
    const { run } = createStore();
    run.append(end('stopped'));
    run.closeFailed(new TypeError('late'));
    run.append(text('late'));
    run.closeStopped();
    expect(run.getView()).toMatchObject({ isCut: false, isStoppedHere: false, failure: null });
    expect(run.getText()).toBe('');
  });

  it('shows a stop at once, and its proof when it comes', () => {
    const { run } = createStore();
    run.append(start);
    run.noteStopping();
    expect(run.getView().isStopping).toBe(true);
    run.append(end('stopped'));
    run.noteStop({ runId: 'r1', state: 'stopped', upstreamClosedMs: 38 });
    expect(run.getView().stop?.upstreamClosedMs).toBe(38);
  });
});
