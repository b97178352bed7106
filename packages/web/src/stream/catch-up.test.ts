import { SluiceError, type StoredMessage } from '@sluice/shared';
import { describe, expect, it } from 'vitest';
import { restoreRun } from './catch-up.ts';

const message: StoredMessage = {
  id: 'a1',
  parentId: 'u1',
  role: 'assistant',
  content: 'Half an answer',
  reasoning: 'Hm.',
  createdAt: '2026-11-21T00:00:00Z',
  runId: 'r1',
  model: 'p/m',
  provider: 'p',
  reason: 'complete',
  usage: {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'provider',
  },
  timing: { firstTokenMs: 12, totalMs: 34 },
};

describe('restoreRun', () => {
  it('tells of a stored answer what its live run told', () => {
    const run = restoreRun(message);
    expect(run.getText()).toBe('Half an answer');
    expect(run.getReasoning()).toBe('Hm.');
    const { usage, timing } = message;
    const end = { reason: 'complete', timing };
    expect(run.getView()).toMatchObject({ phase: 'ended', model: 'p/m', runId: 'r1', usage, end });
    expect(run.getView().thoughtMs).toBeNull();
  });

  it('tells why an answer failed, in the words of its code', () => {
    const run = restoreRun({ ...message, reason: 'error', errorCode: 'upstream_overloaded' });
    const { message: words } = new SluiceError('upstream_overloaded');
    expect(run.getView().failure).toMatchObject({
      code: 'upstream_overloaded',
      error: { message: words },
    });
  });

  it('takes an answer that no run wrote for a whole one', () => {
    const { runId: _, usage: __, ...imported } = message;
    expect(restoreRun({ ...imported, reason: null }).getView()).toMatchObject({ phase: 'ended', runId: '' });
  });
});
