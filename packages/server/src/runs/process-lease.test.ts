import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import type { ProcessStore } from '../storage/process-store.ts';
import { type ProcessLeasePorts, startProcessLease } from './process-lease.ts';

const logger = createLogger('silent');

/** Processes in memory; everything fails, or never answers, while it is told to. */
function createProcesses() {
  const beats = new Map<string, number>();
  const state: { fault: 'none' | 'fails' | 'hangs' } = { fault: 'none' };
  const ask = async <Answer>(work: () => Answer): Promise<Answer> => {
    if (state.fault === 'hangs') await new Promise(() => {});
    if (state.fault === 'fails') throw new Error('no database');
    return work();
  };
  const store: ProcessStore = {
    join: (id) => ask(() => void beats.set(id, 1)),
    beat: (id) => ask(() => beats.has(id) && Boolean(beats.set(id, (beats.get(id) ?? 0) + 1))),
    leave: (id) => ask(() => void beats.delete(id)),
    list: () => ask(() => Array.from(beats, ([id, count]) => ({ id, beats: count }))),
    bury: (process) => ask(() => void (beats.get(process.id) === process.beats && beats.delete(process.id))),
    buryAll: () => ask(() => beats.clear()),
  };
  return { store, beats, state };
}

type World = ReturnType<typeof createProcesses>;

async function startLease({ store }: World, ports: Partial<ProcessLeasePorts> = {}) {
  const calls = { lost: 0, looked: 0 };
  const lease = await startProcessLease({
    processes: store,
    logger,
    wakeUps: { listen: async () => ({ [Symbol.asyncDispose]: async () => {} }) },
    onWake: () => {},
    onLost: () => (calls.lost += 1),
    isSeen: () => true,
    onLook: async () => void (calls.looked += 1),
    ...ports,
  });
  onTestFinished(() => lease[Symbol.asyncDispose]());
  return { lease, calls };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the lease of a process', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes on as long as it beats, under one id', async () => {
    const world = createProcesses();
    const { lease, calls } = await startLease(world);
    const { processId } = lease;
    await pass(60_000);
    expect(lease.processId).toBe(processId);
    expect(lease.isFresh).toBe(true);
    expect(world.beats.get(processId)).toBeGreaterThan(15);
    expect(calls).toEqual({ lost: 0, looked: expect.any(Number) });
    expect(calls.looked).toBeGreaterThan(100);
  });

  it('takes another for dead nine seconds after its last beat, and no sooner', async () => {
    const world = createProcesses();
    const { lease } = await startLease(world);
    world.beats.set('other', 1);
    await pass(5000);
    world.beats.set('other', 2);
    await pass(8500);
    expect(lease.live).toContain('other');
    expect(world.beats.has('other')).toBe(true);
    await pass(1600);
    expect(world.beats.has('other')).toBe(false);
    expect(lease.live).not.toContain('other');
  });

  it('takes nobody for dead because the database was away', async () => {
    const world = createProcesses();
    await startLease(world);
    world.beats.set('other', 1);
    await pass(2000);
    world.state.fault = 'fails';
    await pass(30_000);
    world.state.fault = 'none';
    await pass(8000);
    expect(world.beats.has('other')).toBe(true);
  });

  it('takes another id once it has been taken for dead itself', async () => {
    const world = createProcesses();
    const { lease, calls } = await startLease(world);
    const { processId } = lease;
    world.beats.delete(processId);
    await pass(4000);
    expect(calls.lost).toBe(1);
    expect(lease.processId).not.toBe(processId);
    expect([...world.beats.keys()]).toEqual([lease.processId]);
    expect(lease.isFresh).toBe(true);
  });

  it.each(['fails', 'hangs'] as const)(
    'is given up, with its id, out of sight of the database (%s) and the log',
    async (fault) => {
      const world = createProcesses();
      const { lease, calls } = await startLease(world, { isSeen: () => false });
      const { processId } = lease;
      world.state.fault = fault;
      await pass(7000);
      expect(calls.lost).toBe(0);
      await pass(8000);
      expect(calls.lost).toBe(1);
      expect(lease.isFresh).toBe(false);
      world.state.fault = 'none';
      await pass(5000);
      expect(lease.isFresh).toBe(true);
      expect([...world.beats.keys()]).toEqual([lease.processId]);
      expect(lease.processId).not.toBe(processId);
    },
  );

  it('is kept while the log can be seen, but is not fresh', async () => {
    const world = createProcesses();
    const { lease, calls } = await startLease(world);
    world.state.fault = 'fails';
    await pass(60_000);
    expect([calls.lost, lease.isFresh]).toEqual([0, false]);
    world.state.fault = 'none';
    await pass(1000);
    expect([calls.lost, lease.isFresh]).toEqual([0, true]);
  });

  it('beats on while what the dead have left takes long', async () => {
    const world = createProcesses();
    const { lease } = await startLease(world, {
      onLook: () => new Promise((resolve) => setTimeout(resolve, 20_000)),
    });
    await pass(15_000);
    expect(world.beats.get(lease.processId)).toBeGreaterThan(4);
    expect(lease.isFresh).toBe(true);
  });
});
