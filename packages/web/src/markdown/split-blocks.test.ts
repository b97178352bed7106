import { describe, expect, it } from 'vitest';
import { createSplitter } from './split-blocks.ts';

describe('createSplitter', () => {
  it('closes a block when the next one has certainly begun', () => {
    const splitter = createSplitter();
    expect(splitter.update('First paragraph.\n\nSecond', false).closed).toEqual([]);
    const { closed, open } = splitter.update('First paragraph.\n\nSecond paragraph', false);
    expect(closed).toEqual(['First paragraph.']);
    expect(open).toEqual(['Second paragraph']);
  });

  it('does not judge a line that may yet turn out otherwise', () => {
    const splitter = createSplitter();
    expect(splitter.update('- item\n\n2', false).closed).toEqual([]);
    expect(splitter.update('- item\n\n***********', false).closed).toEqual([]);
    expect(splitter.update('A paragraph\n``` looks like a fence', false).closed).toEqual([]);
  });

  it('keeps the same closed blocks, as the same array, while the tail grows', () => {
    const splitter = createSplitter();
    const before = splitter.update('# Title\n\nSome prose that goes', false);
    const after = splitter.update('# Title\n\nSome prose that goes on and on', false);
    expect(after.closed).toBe(before.closed);
    expect(after.definitions).toBe(before.definitions);
  });

  it('keeps the index of a block when it closes', () => {
    const splitter = createSplitter();
    const live = splitter.update('One paragraph here.\n\n- item', false);
    expect([...live.closed, ...live.open]).toEqual(['One paragraph here.', '- item']);
    const later = splitter.update('One paragraph here.\n\n- item\n\nThen more prose.', false);
    expect([...later.closed, ...later.open]).toEqual(['One paragraph here.', '- item', 'Then more prose.']);
  });

  it('collects definitions for blocks that came before them', () => {
    const { closed, definitions } = createSplitter().update(
      'See [docs].\n\n[docs]: https://example.com',
      true,
    );
    expect(closed).toHaveLength(2);
    expect(definitions['docs']?.href).toBe('https://example.com');
  });

  it('starts over with another text', () => {
    const splitter = createSplitter();
    splitter.update('One.\n\nTwo is longer than twelve.', false);
    expect(splitter.update('Other', true)).toMatchObject({ closed: ['Other'], open: [] });
  });
});
