import { describe, expect, it } from 'vitest';
import { groupConversations } from './group-conversations.ts';

const at = (id: string, updatedAt: Date, pinned = false) => ({
  id,
  title: id,
  pinned,
  archived: false,
  createdAt: updatedAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

describe('groupConversations', () => {
  it('goes by the days of the calendar, and leaves out empty groups', () => {
    const now = new Date(2026, 10, 21, 0, 30);
    const groups = groupConversations(
      [
        at('pinned', new Date(2020, 0, 1), true),
        at('just now', new Date(2026, 10, 21, 0, 1)),
        at('half an hour ago, yesterday', new Date(2026, 10, 20, 23, 59)),
        at('a week ago', new Date(2026, 10, 14, 0, 0)),
        at('long ago', new Date(2026, 10, 13, 23, 59)),
      ],
      now,
    );
    expect(groups.map(({ label, conversations }) => [label, ...conversations.map(({ id }) => id)])).toEqual([
      ['Pinned', 'pinned'],
      ['Today', 'just now'],
      ['Yesterday', 'half an hour ago, yesterday'],
      ['Previous 7 days', 'a week ago'],
      ['Older', 'long ago'],
    ]);
    expect(groupConversations([], now)).toEqual([]);
  });
});
