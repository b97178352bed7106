import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import { currentScope, runInScope } from '../observability/request-scope.ts';
import type { Checkpoint } from '../storage/checkpoint-store.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';

/** A store that keeps what it is given, as the database does: one row per run and seq. */
function createWriter() {
  const rows = new Map<string, Checkpoint>();
  let isBroken = false;
  let writes = 0;
  let busy: Promise<void> | undefined;
  const scopes = new Set<unknown>();
  const insert = async (checkpoints: readonly Checkpoint[]) => {
    writes += 1;
    scopes.add(currentScope());
    await busy;
    if (isBroken) throw new Error('disk full');
    for (const row of checkpoints) rows.set(`${row.runId} ${row.seq}`, row);
  };
  const store = { insert, read: vi.fn(), delete: vi.fn() };
  const writer = new CheckpointWriter(store, createLogger('silent'));
  const textOf = (runId: string) =>
    [...rows.values()]
      .filter((row) => row.runId === runId)
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ text }) => text)
      .join('');
  return {
    writer,
    textOf,
    breakIt: (broken: boolean) => (isBroken = broken),
    /** The store takes that long for the writes that begin now. */
    hold: (until: Promise<void>) => {
      busy = until;
    },
    writes: () => writes,
    /** Of which requests the writes were. */
    scopes,
  };
}

const delta = (text: string) => ({ text, reasoning: '' });

describe('CheckpointWriter', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('writes what all runs have said, half a second later, in one go', async () => {
    const { writer, textOf, writes } = createWriter();
    for (let token = 0; token < 10; token += 1) {
      writer.note('a', delta(`a${token}`));
      writer.note('b', delta(`b${token}`));
    }
    await vi.advanceTimersByTimeAsync(499);
    expect(writes()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(writes()).toBe(1);
    expect(textOf('a')).toBe('a0a1a2a3a4a5a6a7a8a9');
    writer.note('a', delta(' and more'));
    await vi.advanceTimersByTimeAsync(500);
    expect(textOf('a')).toBe('a0a1a2a3a4a5a6a7a8a9 and more');
  });

  it('does not wait when 4,096 bytes have come', async () => {
    const { writer, textOf } = createWriter();
    writer.note('a', delta('x'.repeat(4095)));
    await vi.advanceTimersByTimeAsync(1);
    expect(textOf('a')).toBe('');
    writer.note('a', { text: '', reasoning: 'y' });
    await vi.advanceTimersByTimeAsync(1);
    expect(textOf('a')).toHaveLength(4095);
    writer.note('b', delta('字'.repeat(1366)));
    await vi.advanceTimersByTimeAsync(1);
    expect(textOf('b')).toHaveLength(1366);
  });

  it('does not wait for the interval either when 4,096 bytes have come during a write', async () => {
    const { writer, textOf, hold } = createWriter();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    writer.note('a', delta('first '));
    await vi.advanceTimersByTimeAsync(500);
    writer.note('a', delta('x'.repeat(4096)));
    await vi.advanceTimersByTimeAsync(100);
    resolve();
    await vi.advanceTimersByTimeAsync(1);
    expect(textOf('a')).toHaveLength(4102);
  });

  it('writes what many runs have said in one interval', async () => {
    const { writer, textOf, writes } = createWriter();
    const runs = Array.from({ length: 1200 }, (_, number) => `run ${number}`);
    for (const run of runs) writer.note(run, delta(run));
    await vi.advanceTimersByTimeAsync(500);
    expect(runs.map(textOf)).toEqual(runs);
    expect(writes()).toBe(3);
  });

  it('leaves no timer behind', async () => {
    const { writer, hold } = createWriter();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    writer.note('a', delta('one'));
    await vi.advanceTimersByTimeAsync(500);
    writer.note('a', delta('two'));
    writer[Symbol.dispose]();
    resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('writes for all runs, in the name of no request that happened to be the first', async () => {
    const { writer, scopes } = createWriter();
    const scope = { requestId: 'request', startedAt: 0, method: 'POST', path: '/', addressGroup: '::' };
    const first = { ...scope, traceparent: undefined, tracestate: undefined };
    runInScope(first, () => writer.note('a', delta('one')));
    await vi.advanceTimersByTimeAsync(500);
    runInScope(first, () => writer.note('a', delta('x'.repeat(4096))));
    await vi.advanceTimersByTimeAsync(500);
    expect([...scopes]).toEqual([undefined]);
  });

  it('leaves no hole when a write has failed', async () => {
    const { writer, textOf, breakIt } = createWriter();
    writer.note('a', delta('one '));
    await vi.advanceTimersByTimeAsync(500);
    breakIt(true);
    writer.note('a', delta('two '));
    await vi.advanceTimersByTimeAsync(500);
    writer.note('a', delta('three '));
    breakIt(false);
    await vi.advanceTimersByTimeAsync(500);
    writer.note('a', delta('four'));
    await vi.advanceTimersByTimeAsync(500);
    expect(textOf('a')).toBe('one two three four');
  });

  it('writes nothing of a run that has been closed', async () => {
    const { writer, textOf, breakIt } = createWriter();
    writer.note('a', delta('one'));
    breakIt(true);
    await vi.advanceTimersByTimeAsync(500);
    await writer.close('a');
    breakIt(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(textOf('a')).toBe('');
  });
});
