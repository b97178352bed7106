import { type RefObject, useLayoutEffect, useState } from 'react';
import { type RowWindow, readWindow } from './row-window.ts';

const ROW_REM = 2.5;

/** @returns the rows of a long list of equal rows that are near enough to be seen in the box that scrolls it */
export function useRowWindow(list: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [rows, setRows] = useState<RowWindow>(() => readWindow({ top: 0, height: 0, rowHeight: 1 }, count));
  useLayoutEffect(() => {
    const element = list.current;
    const box = element?.closest<HTMLElement>('[data-scrolls]');
    if (!element || !box) return;
    const rowHeight = ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const note = () => {
      const frame = box.getBoundingClientRect();
      const top = frame.top - element.getBoundingClientRect().top;
      const next = readWindow({ top, height: frame.height, rowHeight }, count);
      setRows((rows) => (rows.start === next.start && rows.end === next.end ? rows : next));
    };
    note();
    box.addEventListener('scroll', note, { passive: true });
    const observer = new ResizeObserver(note);
    observer.observe(box);
    return () => {
      box.removeEventListener('scroll', note);
      observer.disconnect();
    };
  }, [list, count]);
  return rows;
}

/** @returns the height of rows that are left out, as CSS has it */
export function rowsHeight(count: number): string {
  return `${count * ROW_REM}rem`;
}
