import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyAnswer, foldEvent, foldEvents } from './fold-events.ts';
import { arbitraryRunEvent } from './run-event.arbitrary.ts';
import type { RunEvent } from './run-event.ts';

const end: RunEvent = {
  type: 'run-end',
  done: true,
  reason: 'stopped',
  usage: null,
  cost: null,
  saved: false,
  timing: { firstTokenMs: 5, totalMs: 9 },
};

describe('foldEvents', () => {
  it('joins the deltas in order, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRunEvent), (events) => {
        const answer = foldEvents(events);
        expect(answer.content).toBe(
          events.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''),
        );
        expect(answer.reasoning).toBe(
          events.map((event) => (event.type === 'reasoning-delta' ? event.reasoning : '')).join(''),
        );
      }),
    );
  });

  it('heals a surrogate pair that was cut between two deltas', () => {
    const halves = ['\ud83d', '\ude00'].map((text): RunEvent => ({ type: 'text-delta', text }));
    expect(foldEvents(halves).content).toBe('😀');
  });

  it('forgets a retry notice once text comes', () => {
    const retry: RunEvent = { type: 'run-retry', attempt: 2, delayMs: 10, reason: 'upstream_overloaded' };
    const waiting = foldEvent(emptyAnswer, retry);
    expect(waiting.notice).toEqual(retry);
    expect(foldEvent(waiting, { type: 'text-delta', text: 'a' }).notice).toBeNull();
  });

  it('keeps the partial text beside the error and the end', () => {
    const error: RunEvent = { type: 'error', error: 'cut', code: 'upstream_truncated', retryable: true };
    const answer = foldEvents([{ type: 'text-delta', text: 'half' }, error, { ...end, reason: 'error' }]);
    expect(answer).toMatchObject({ content: 'half', error, end: { reason: 'error' } });
  });

  it('knows how an answer was finished before its run has ended', () => {
    const events: RunEvent[] = [
      { type: 'text-delta', text: 'a' },
      { type: 'finish', reason: 'length' },
    ];
    expect(foldEvents(events)).toMatchObject({ finishReason: 'length', end: null });
  });

  it('has no end for a stream that was cut', () => {
    expect(foldEvents([{ type: 'text-delta', text: 'a' }]).end).toBeNull();
    expect(foldEvents([{ type: 'text-delta', text: 'a' }, end]).end?.reason).toBe('stopped');
  });
});
