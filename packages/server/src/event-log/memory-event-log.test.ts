import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeEventLog, runEnd } from './event-log.contract.ts';
import { MemoryEventLog } from './memory-event-log.ts';

const text = (length: number) => ({ type: 'text-delta' as const, text: 'x'.repeat(length) });

describeEventLog('MemoryEventLog', () => new MemoryEventLog({ maxBytes: 64 * 1024 * 1024 }));

it('refuses a cursor beyond the log and a run it does not have', async () => {
  const log = new MemoryEventLog({ maxBytes: 1_000_000 });
  log.open('r').append([text(1)]);
  const readOne = (runId: string, after: number) =>
    log.read(runId, { after, signal: new AbortController().signal })[Symbol.asyncIterator]().next();
  await expect(readOne('r', 2)).rejects.toMatchObject({ code: 'invalid_cursor' });
  await expect(readOne('other', 0)).rejects.toMatchObject({ code: 'run_expired' });
});

describe('the bounds of MemoryEventLog', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends a run at its byte limit but still takes its error and its end', async () => {
    const log = new MemoryEventLog({ maxBytes: 10_000_000, maxRunBytes: 1000 });
    const run = log.open('r');
    run.append([text(800)]);
    expect(() => run.append([text(800)])).toThrow(expect.objectContaining({ code: 'output_too_large' }));
    run.append([{ type: 'finish', reason: 'complete' }]);
    run.append([{ type: 'error', error: 'full', code: 'output_too_large', retryable: false }, runEnd]);
    expect(await log.position('r')).toEqual({ lastSeq: 4, hasEnded: true });
  });

  it('ends a run at its event limit', async () => {
    const run = new MemoryEventLog({ maxBytes: 10_000_000, maxRunEvents: 2 }).open('r');
    run.append([text(1), text(1)]);
    expect(() => run.append([text(1)])).toThrow(expect.objectContaining({ code: 'output_too_large' }));
  });

  it('forgets a log some minutes after its run has ended', async () => {
    const log = new MemoryEventLog({ maxBytes: 10_000_000, keepEndedMs: 1000 });
    log.open('r').append([runEnd]);
    vi.advanceTimersByTime(999);
    expect(await log.position('r')).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(await log.position('r')).toBeUndefined();
  });

  it('makes room by dropping the oldest ended logs, never a running one', async () => {
    const log = new MemoryEventLog({ maxBytes: 3000 });
    log.open('running').append([text(1000)]);
    log.open('old').append([text(1000), runEnd]);
    log.open('new').append([text(1000), runEnd]);
    log.open('next');
    expect(await log.position('old')).toBeUndefined();
    expect(await log.position('new')).toBeDefined();
    expect(await log.position('running')).toBeDefined();
  });

  it('makes room while a running log grows', async () => {
    const log = new MemoryEventLog({ maxBytes: 3000 });
    log.open('ended').append([text(1000), runEnd]);
    const running = log.open('running');
    running.append([text(1500)]);
    running.append([text(1500)]);
    expect(await log.position('ended')).toBeUndefined();
    expect(await log.position('running')).toBeDefined();
  });

  it('refuses new runs while running ones fill the memory', async () => {
    const log = new MemoryEventLog({ maxBytes: 1000 });
    log.open('running').append([text(1000)]);
    expect(() => log.open('next')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});
