import { describe, expect, it } from 'vitest';
import { type Stick, followScroll } from './scroll-stick.ts';

const at = (top: number, height = 1000, clientHeight = 400) => ({ top, height, clientHeight });
const stuck: Stick = { isStuck: true, last: at(600) };
const loose: Stick = { isStuck: false, last: at(300) };

describe('followScroll', () => {
  it('lets go at one pixel up', () => {
    expect(followScroll(stuck, at(599)).isStuck).toBe(false);
  });

  it('holds on while content grows and while it goes down after it', () => {
    const grown = followScroll(stuck, at(600, 1200));
    expect(grown.isStuck).toBe(true);
    expect(followScroll(grown, at(800, 1200)).isStuck).toBe(true);
  });

  it('holds on when a shrinking box pushes it up', () => {
    expect(followScroll(stuck, at(550, 950)).isStuck).toBe(true);
    expect(followScroll(stuck, at(500, 1000, 500)).isStuck).toBe(true);
  });

  it('stays loose wherever the reader is, but at the end', () => {
    expect(followScroll(loose, at(598)).isStuck).toBe(false);
    expect(followScroll(loose, at(600)).isStuck).toBe(true);
    expect(followScroll(loose, at(599.4)).isStuck).toBe(true);
  });

  it('takes hold only by going down: an end that came by itself is none', () => {
    expect(followScroll(loose, at(300, 700)).isStuck).toBe(false);
    expect(followScroll(loose, at(200, 600)).isStuck).toBe(false);
  });
});
