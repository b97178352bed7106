import { describe, expect, it } from 'vitest';
import { type ListPages, placeInPages, removeFromPages } from './conversation-cache.ts';

const conversation = (id: string, day: number, pinned = false) => {
  const time = `2026-11-${String(day).padStart(2, '0')}T00:00:00Z`;
  return { id, title: id, pinned, archived: false, createdAt: time, updatedAt: time };
};

const data: ListPages = {
  pages: [
    { conversations: [conversation('p', 1, true), conversation('a', 20)], nextCursor: 'x' },
    { conversations: [conversation('b', 18), conversation('c', 16)], nextCursor: 'y' },
  ],
  pageParams: [null, 'x'],
};
const idsOf = ({ pages }: ListPages) => pages.map((page) => page.conversations.map(({ id }) => id));

describe('the pages of the list', () => {
  it('show a conversation where the server would list it', () => {
    expect(idsOf(placeInPages(data, conversation('c', 21)))).toEqual([['p', 'c', 'a'], ['b']]);
    expect(idsOf(placeInPages(data, conversation('c', 21, true)))).toEqual([['c', 'p', 'a'], ['b']]);
    expect(idsOf(placeInPages(data, conversation('new', 17)))).toEqual([
      ['p', 'a'],
      ['b', 'new', 'c'],
    ]);
  });

  it('leave out what belongs behind their end, and take it when there is no more', () => {
    const old = conversation('old', 2);
    expect(idsOf(placeInPages(data, old)).flat()).not.toContain('old');
    const [first] = data.pages;
    const whole = { pages: [{ ...first!, nextCursor: null }], pageParams: [null] };
    expect(idsOf(placeInPages(whole, old))).toEqual([['p', 'a', 'old']]);
  });

  it('lose a conversation that is deleted', () => {
    expect(idsOf(removeFromPages(data, 'b'))).toEqual([['p', 'a'], ['c']]);
  });
});
