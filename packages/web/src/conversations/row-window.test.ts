import { describe, expect, it } from 'vitest';
import { readWindow } from './row-window.ts';

describe('readWindow', () => {
  it('covers what is seen, wherever the list is scrolled to, and stays small', () => {
    for (let top = -500; top < 400_500; top += 137) {
      const { start, end } = readWindow({ top, height: 800, rowHeight: 40 }, 10_000);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(10_000);
      expect(start * 40).toBeLessThanOrEqual(Math.max(0, top));
      expect(end * 40).toBeGreaterThanOrEqual(Math.min(400_000, top + 800));
      expect(end - start).toBeLessThanOrEqual(160);
    }
  });

  it('draws a short list whole, and nothing of one that is far away', () => {
    expect(readWindow({ top: 0, height: 800, rowHeight: 40 }, 30)).toEqual({ start: 0, end: 30 });
    const { start, end } = readWindow({ top: -90_000, height: 800, rowHeight: 40 }, 500);
    expect(end - start).toBe(0);
  });

  it('moves in steps', () => {
    const at = (top: number) => readWindow({ top, height: 800, rowHeight: 40 }, 10_000);
    expect(at(8000)).toEqual(at(8700));
  });
});
