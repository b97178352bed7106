import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../observability/logger.ts';
import type { Database } from '../storage/database.ts';
import { type EndedRun, createEndWriter } from './end-writer.ts';

const run: EndedRun = {
  id: 'r',
  outcome: {
    reason: 'complete',
    errorCode: null,
    model: 'm',
    provider: 'p',
    attempts: 1,
    providerRequestId: null,
    served: null,
    usage: null,
    cost: null,
    firstTokenMs: 1,
    totalMs: 2,
    upstreamClosedMs: null,
    endedAt: 3,
  },
  answer: null,
};

const answer = { userId: 'u', conversationId: 'c', messageId: 'm', text: 'Hi', reasoning: '' };

/** @param failures of the database before it takes a write; it answers after `delayMs` */
function createWriter({ failures = 0, delayMs = 0, checkpointMs = 0 }) {
  let left = failures;
  const ended: string[] = [];
  const write = async (id: string) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (left > 0) {
      left -= 1;
      throw new Error('away');
    }
    ended.push(id);
  };
  const end = async (id: string) => {
    await write(id);
    return { counted: null };
  };
  const endUncounted = async (id: string) => {
    await write(id);
    return true;
  };
  const stores = {
    runs: { end, endUncounted },
    checkpoints: { delete: async () => undefined },
    conversations: { findForUpdate: async () => undefined },
  };
  const database = {
    ...stores,
    transaction: (work: (given: typeof stores) => Promise<void>) => work(stores),
  } as unknown as Database;
  const close = () => new Promise<void>((resolve) => setTimeout(resolve, checkpointMs));
  const ports = { database, checkpoints: { close }, logger: createLogger('silent') };
  return { ends: createEndWriter(ports), ended };
}

describe('the end of a run', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is saved', async () => {
    const { ends, ended } = createWriter({});
    const saved = ends.write(run);
    await vi.advanceTimersByTimeAsync(1);
    expect(await saved).toBe('written');
    expect(ended).toEqual(['r']);
  });

  it('is saved although the database fails for a moment', async () => {
    const { ends, ended } = createWriter({ failures: 2 });
    const saved = ends.write(run);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await saved).toBe('written');
    expect(ended).toEqual(['r']);
  });

  it.each([{ failures: 6 }, { delayMs: 3000 }, { checkpointMs: 3000 }])(
    'is said not to be saved after two seconds, and tried on: %j',
    async (how) => {
      const { ends, ended } = createWriter(how);
      const saved = ends.write({ ...run, answer });
      await vi.advanceTimersByTimeAsync(2000);
      expect(await saved).toBe('unwritten');
      expect(ended).toEqual([]);
      const settled = ends.settled();
      await vi.advanceTimersByTimeAsync(30_000);
      await settled;
      expect(ended).toEqual(['r']);
    },
  );

  it('is given up when the server goes', async () => {
    const { ends, ended } = createWriter({ failures: 1000 });
    const saved = ends.write(run);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await saved).toBe('unwritten');
    ends[Symbol.dispose]();
    await ends.settled();
    expect(ended).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
