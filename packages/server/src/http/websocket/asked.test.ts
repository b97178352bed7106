import { describe, expect, it } from 'vitest';
import { Run } from '../../runs/run.ts';
import { toRunOptions } from '../../runs/run-options.ts';
import type { StoredRun } from '../../storage/stored-run.ts';
import { keepAsked, recallAsked } from './asked.ts';

const body = { message: 'First', systemPrompt: 'Be brief.', temperature: 0.3 };
const options = { systemPrompt: 'Be brief.', temperature: 0.3 };

function createRun(conversationId: string | null) {
  return new Run({
    id: 'r',
    owner: { userId: 'u' },
    requestId: 'q',
    model: 'm',
    provider: 'p',
    graceMs: 0,
    conversationId,
    dropped: [],
    options,
  });
}

describe('keepAsked', () => {
  it('keeps all that was asked, and in a conversation the options alone', () => {
    expect(keepAsked(body)).toEqual({ body });
    expect(keepAsked({ ...body, conversationId: 'c', parentId: 'p' })).toEqual({ body: options });
  });
});

describe('recallAsked', () => {
  it('has the options of a run in a conversation while it goes on here', () => {
    const run = createRun('c');
    expect(recallAsked(run)).toEqual({ body: options });
    run.end({ reason: 'complete', usage: null, cost: null });
    expect(recallAsked(run)).toEqual({ unknown: expect.stringMatching(/^id: the options/) });
  });

  it('has nothing of a run of another process, nor of one outside of conversations', () => {
    expect(recallAsked({ id: 'r', conversationId: 'c', messageId: 'm' } as StoredRun)).toEqual({
      unknown: expect.stringMatching(/^id: the options/),
    });
    expect(recallAsked(createRun(null))).toEqual({
      unknown: expect.stringMatching(/^id: outside of conversations/),
    });
  });
});

describe('toRunOptions', () => {
  it('names what a request with a key does by itself on a disconnect, for another has no key', () => {
    expect(toRunOptions({ ...body, graceMs: 5 }, true)).toEqual({
      ...options,
      graceMs: 5,
      onDisconnect: 'grace',
    });
    expect(toRunOptions({ ...body, onDisconnect: 'finish' }, true).onDisconnect).toBe('finish');
    expect(toRunOptions(body, false)).toEqual(options);
  });
});
