import { type RunEndReason, runEndReasons } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { createRunStore } from '../../stream/run-store.ts';
import type { RunView } from '../../stream/run-view.ts';
import { canContinue, readEndMark } from './end-mark.ts';
import { readStatus } from './run-status.ts';

const waiting: RunView = createRunStore({ id: 'a', model: 'p/m', now: () => 0 }).getView();

const named = (id: string) => id;

function ended(reason: RunEndReason, change: Partial<RunView> = {}): RunView {
  const timing = { firstTokenMs: 1, totalMs: 2 };
  const end = {
    type: 'run-end' as const,
    done: true as const,
    reason,
    usage: null,
    cost: null,
    saved: true,
    timing,
  };
  return { ...waiting, phase: 'ended', hasText: true, end, ...change };
}

describe('the status line', () => {
  it('says what a run waits for', () => {
    expect(readStatus(waiting, () => 'Model M')).toEqual({
      text: 'Waiting for Model M…',
      showsElapsed: true,
      isSilent: false,
    });
    expect(readStatus({ ...waiting, phase: 'thinking' }, named).text).toBe('Thinking…');
    const notice = { type: 'run-retry' as const, attempt: 2, delayMs: 1500, reason: 'x' };
    expect(readStatus({ ...waiting, notice }, named).text).toBe('Retrying: attempt 2 in 1.5 s');
    const counted = { ...notice, maxAttempts: 3 };
    expect(readStatus({ ...waiting, notice: counted }, named).text).toBe('Retrying: attempt 2/3 in 1.5 s');
    const fallback = { type: 'run-fallback' as const, from: 'a/a', to: 'b/b', reason: 'x' };
    expect(readStatus({ ...waiting, notice: fallback }, named).text).toContain('Falling back to b/b');
    const generating = { ...waiting, phase: 'generating' as const };
    expect(readStatus(generating, named).text).toBe('Generating');
    expect(readStatus({ ...generating, connection: 'reconnecting' }, named).text).toBe('Reconnecting…');
    expect(readStatus({ ...generating, connection: 'resumed' }, named).text).toBe('Connection resumed');
  });

  it('says what a question waits for before it is sent', () => {
    expect(readStatus({ ...waiting, queuedFor: 'answer' }, named).text).toMatch(/^Queued: the last answer/);
    expect(readStatus({ ...waiting, queuedFor: 'connection' }, named).text).toMatch(/^Queued:.*connection/);
  });

  it('calls an answer complete as soon as it is whole, before its run has ended', () => {
    const finished: RunView = { ...waiting, phase: 'finished', hasText: true, finishReason: 'complete' };
    expect(readStatus(finished, named)).toEqual({
      text: 'Answer complete',
      showsElapsed: false,
      isSilent: false,
    });
    expect(readStatus({ ...finished, isStopping: true }, named).text).toBe('Answer complete');
    expect(readStatus({ ...finished, phase: 'ended', isCut: true }, named).text).toBe('Answer complete');
    expect(readStatus({ ...finished, finishReason: 'length' }, named).text).toBe('Answer ended early');
  });

  it('says that an answer goes on which could not be stopped', () => {
    const run = createRunStore({ id: 'a', model: 'p/m', now: () => 0 });
    run.noteStopping();
    expect(readStatus(run.getView(), named).text).toBe('Stopping…');
    run.noteUnstopped(new TypeError('network'));
    expect(readStatus(run.getView(), named).text).toMatch(/^Not stopped\. The server could not be reached/);
    run.noteStopping();
    expect(readStatus(run.getView(), named).text).toBe('Stopping…');
  });

  it('proves a stop', () => {
    const stop = { runId: 'r', state: 'stopped', upstreamClosedMs: 37.6 };
    expect(readStatus(ended('stopped', { stop }), named).text).toBe('Stopped · connection closed in 38 ms');
    expect(readStatus(ended('stopped'), named).text).toBe('Stopped');
  });

  it('calls only a complete answer complete', () => {
    const complete = runEndReasons.filter(
      (reason) => readStatus(ended(reason), named).text === 'Answer complete',
    );
    expect(complete).toEqual(['complete']);
  });
});

describe('the mark under an answer', () => {
  it('stands under every answer that is not whole', () => {
    const unmarked = runEndReasons.filter((reason) => readEndMark(ended(reason)) === null);
    expect(unmarked).toEqual(['complete']);
    expect(readEndMark({ ...ended('complete'), end: null, isCut: true })).toContain('not the whole answer');
    expect(readEndMark(waiting)).toBeNull();
  });

  it('stands, as the offer to go on does, as soon as the provider has ended it', () => {
    const finished: RunView = { ...waiting, phase: 'finished', hasText: true, finishReason: 'length' };
    expect([readEndMark(finished), canContinue(finished)]).toEqual(['Ended at the length limit', true]);
    const whole: RunView = { ...finished, finishReason: 'complete' };
    expect([readEndMark(whole), canContinue(whole)]).toEqual([null, false]);
    expect(readEndMark({ ...whole, phase: 'ended', isCut: true })).toBeNull();
    expect(canContinue({ ...waiting, hasText: true, phase: 'generating' })).toBe(false);
  });
});
