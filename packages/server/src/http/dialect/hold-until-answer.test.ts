import { type RunEvent } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { beginning, end, failed } from '../../encoders/dialects.fixture.ts';
import type { EncodableEvent } from '../../encoders/encoder.ts';
import { FailedAnswer } from './failed-answer.ts';
import { holdUntilAnswer } from './hold-until-answer.ts';

const LONG_MS = 60_000;
const log = (...events: RunEvent[]): EncodableEvent[] =>
  events.map((event, index) => ({ seq: index + 1, json: JSON.stringify(event) }));

/** Batches that come when they are let in. */
function createTap() {
  const batches: EncodableEvent[][] = [];
  let wake = Promise.withResolvers<void>();
  let isOver = false;
  const state = { pulled: 0, isLeft: false };
  async function* read() {
    try {
      for (;;) {
        const batch = batches.shift();
        if (batch !== undefined) {
          state.pulled += 1;
          yield batch;
        } else if (isOver) return;
        else await wake.promise;
      }
    } finally {
      state.isLeft = true;
    }
  }
  const stir = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    state,
    events: read(),
    send(...events: RunEvent[]) {
      batches.push(log(...events));
      stir();
    },
    close() {
      isOver = true;
      stir();
    },
  };
}

const [start, retry, , thought, text] = beginning as Required<typeof beginning>;

describe('holdUntilAnswer', () => {
  it.each([
    ['a text', text],
    ['a thought', thought],
    ['a whole end', end('complete')],
    ['a refusal', end('refused')],
  ])('lets everything through with %s', async (_name, event) => {
    const tap = createTap();
    const held = holdUntilAnswer(tap.events, LONG_MS);
    tap.send(start as RunEvent);
    tap.send(retry as RunEvent);
    tap.send(event as RunEvent, end('complete'));
    tap.close();
    const batches = await Array.fromAsync(await held);
    expect(batches.flat().map(({ json }) => JSON.parse(json).type)).toEqual([
      'run-start',
      'run-retry',
      (event as RunEvent).type,
      'run-end',
    ]);
    expect(tap.state.isLeft).toBe(true);
  });

  it('throws what a run failed with before anything was said, and leaves it', async () => {
    const tap = createTap();
    const held = holdUntilAnswer(tap.events, LONG_MS);
    tap.send(start as RunEvent);
    tap.send(failed, end('error'));
    const error: unknown = await held.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FailedAnswer);
    expect((error as FailedAnswer).failure).toEqual({
      code: 'upstream_truncated',
      message: 'The answer was cut off',
      retryable: true,
    });
    expect(tap.state.isLeft).toBe(true);
  });

  it('leaves a failure to the stream once something was said', async () => {
    const tap = createTap();
    tap.send(start as RunEvent, text as RunEvent, failed, end('error'));
    tap.close();
    const batches = await Array.fromAsync(await holdUntilAnswer(tap.events, LONG_MS));
    expect(batches.flat()).toHaveLength(4);
  });

  it('waits no longer than it may, and loses nothing of what comes later', async () => {
    const tap = createTap();
    tap.send(start as RunEvent);
    const events = await holdUntilAnswer(tap.events, 20);
    tap.send(failed, end('error'));
    tap.close();
    expect((await Array.fromAsync(events)).flat()).toHaveLength(3);
  });

  it('throws what reading throws, early and late', async () => {
    const broken = async function* () {
      yield log(start as RunEvent);
      throw new Error('broken');
    };
    await expect(holdUntilAnswer(broken(), LONG_MS)).rejects.toThrow('broken');
    const later = async function* () {
      yield log(text as RunEvent);
      throw new Error('broken');
    };
    const events = await holdUntilAnswer(later(), LONG_MS);
    await expect(Array.fromAsync(events)).rejects.toThrow('broken');
  });

  it('pulls nothing ahead of its reader', async () => {
    const tap = createTap();
    for (let index = 0; index < 5; index += 1) tap.send(text as RunEvent);
    const events = await holdUntilAnswer(tap.events, LONG_MS);
    await events[Symbol.asyncIterator]().next();
    expect(tap.state.pulled).toBe(1);
  });
});
