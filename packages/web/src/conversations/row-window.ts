/** Which rows are drawn: from `start` up to, not including, `end`. */
export interface RowWindow {
  start: number;
  end: number;
}

interface View {
  /** How far the view's top lies below the list's, in px. */
  top: number;
  height: number;
  rowHeight: number;
}

/** Drawn before and behind what is seen. */
const MARGIN_ROWS = 40;
/** The window moves in steps, so that most scrolling draws nothing anew. */
const STEP_ROWS = 20;

/** @returns a window that covers the view with a margin */
export function readWindow({ top, height, rowHeight }: View, count: number): RowWindow {
  const floor = (row: number) => Math.floor(row / STEP_ROWS) * STEP_ROWS;
  const clamp = (row: number) => Math.min(count, Math.max(0, row));
  return {
    start: clamp(floor(top / rowHeight) - MARGIN_ROWS),
    end: clamp(floor((top + height) / rowHeight) + STEP_ROWS + MARGIN_ROWS),
  };
}
