import { type RunEvent, SluiceError } from '@sluice/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRunEvent } from '../../../shared/src/run-event.arbitrary.ts';
import {
  encodeDroppedFrame,
  encodeErrorFrame,
  encodeEventFrame,
  encodeSteeredFrame,
} from './websocket-frames.ts';

const context = { id: 'a', requestId: 'q' };
const encode = (event: RunEvent, seq: number) => encodeEventFrame(event, { ...context, seq });

describe('encodeEventFrame', () => {
  it('writes the frames that the usual tutorial reads, with an id and a place', () => {
    const timing = { firstTokenMs: 5, totalMs: 9 };
    expect(encode({ type: 'text-delta', text: 'Hi' }, 2)).toBe(
      '{"type":"token","content":"Hi","id":"a","seq":2}',
    );
    expect(
      JSON.parse(
        encode(
          { type: 'run-end', done: true, reason: 'stopped', usage: null, cost: null, saved: true, timing },
          3,
        ),
      ),
    ).toEqual({
      type: 'done',
      done: true,
      reason: 'stopped',
      usage: null,
      cost: null,
      saved: true,
      timing,
      id: 'a',
      seq: 3,
    });
  });

  it('names the request of an error', () => {
    expect(
      JSON.parse(encode({ type: 'error', error: 'Gone', code: 'upstream_error', retryable: true }, 4)),
    ).toEqual({
      type: 'error',
      error: 'Gone',
      code: 'upstream_error',
      retryable: true,
      id: 'a',
      seq: 4,
      requestId: 'q',
    });
  });

  it('gives every event one frame from which the event can be read again', () => {
    fc.assert(
      fc.property(arbitraryRunEvent, fc.nat(), (event, seq) => {
        const text = encode(event, seq);
        // A text frame is UTF-8: half of a surrogate pair is escaped.
        expect(text.isWellFormed()).toBe(true);
        const { id, seq: place, requestId, ...frame } = JSON.parse(text) as Record<string, unknown>;
        expect([id, place]).toEqual(['a', seq]);
        expect(requestId).toBe(event.type === 'error' ? 'q' : undefined);
        const own = { 'text-delta': 'token', 'run-end': 'done' }[event.type as string] ?? event.type;
        expect(frame['type']).toBe(own);
        if (event.type === 'text-delta') expect(frame['content']).toBe(event.text);
        else expect({ ...frame, type: event.type }).toEqual(JSON.parse(JSON.stringify(event)));
      }),
    );
  });
});

describe('the other frames', () => {
  it('say why something was refused, and when to come back', () => {
    const error = new SluiceError('rate_limited', { detail: 'at most 3 a minute', retryAfterMs: 900 });
    expect(JSON.parse(encodeErrorFrame(error, context))).toEqual({
      type: 'error',
      error: 'at most 3 a minute',
      code: 'rate_limited',
      retryable: true,
      id: 'a',
      requestId: 'q',
      retryAfterMs: 900,
    });
    expect(JSON.parse(encodeErrorFrame(error, { id: undefined, requestId: 'q' }))).not.toHaveProperty('id');
  });

  it('tell of a steer and of options that were left out', () => {
    expect(encodeSteeredFrame('a', 'r')).toBe('{"type":"steered","id":"a","runId":"r"}');
    expect(encodeDroppedFrame('a', ['reasoning'])).toBe(
      '{"type":"dropped","id":"a","options":["reasoning"]}',
    );
  });
});
