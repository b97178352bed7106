import { describe, expect, it, vi } from 'vitest';
import { PendingDeletions } from './pending-deletions.ts';

const conversation = (id: string) => ({
  id,
  title: id,
  pinned: false,
  archived: false,
  createdAt: '',
  updatedAt: '',
});

function createHere(send = vi.fn(async () => undefined)) {
  const timers: (() => void)[] = [];
  const onFailed = vi.fn();
  const deletions = new PendingDeletions({
    send,
    onFailed,
    setTimer(callback) {
      timers.push(callback);
      return () => timers.splice(timers.indexOf(callback), 1);
    },
  });
  const add = (id: string) => deletions.add({ conversation: conversation(id), wasOpen: false });
  return { deletions, add, send, onFailed, timers };
}

describe('PendingDeletions', () => {
  it('hides at once and asks the server when the time is over', () => {
    const { deletions, add, send, timers } = createHere();
    add('a');
    add('a');
    expect(deletions.isGone('a')).toBe(true);
    expect(send).not.toHaveBeenCalled();
    timers[0]!();
    expect(send.mock.calls).toEqual([[conversation('a')]]);
    expect(deletions.isGone('a')).toBe(true);
    expect(deletions.getState()).toEqual([]);
  });

  it('asks the server nothing when it is undone', () => {
    const { deletions, add, send, timers } = createHere();
    add('a');
    deletions.undo('a');
    expect(deletions.isGone('a')).toBe(false);
    expect(timers).toEqual([]);
    deletions.flush();
    expect(send).not.toHaveBeenCalled();
  });

  it('asks at once for all that is pending when the page is left', () => {
    const { deletions, add, send, timers } = createHere();
    add('a');
    add('b');
    deletions.flush();
    expect(send.mock.calls).toEqual([[conversation('a')], [conversation('b')]]);
    expect(timers).toEqual([]);
  });

  it('shows one again that the server did not delete', async () => {
    const { deletions, add, onFailed, timers } = createHere(vi.fn(() => Promise.reject(new Error('no'))));
    add('a');
    timers[0]!();
    await vi.waitFor(() => expect(deletions.isGone('a')).toBe(false));
    expect(onFailed).toHaveBeenCalledWith(conversation('a'));
  });
});
