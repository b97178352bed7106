/** Where a scrolling box stands, in CSS pixels. */
export interface ScrollPosition {
  top: number;
  height: number;
  clientHeight: number;
}

export interface Stick {
  isStuck: boolean;
  last: ScrollPosition;
}

/** Browsers report fractional tops but whole heights: nearer than this is the end. */
const END_TOLERANCE = 1;

export function isAtEnd(position: ScrollPosition): boolean {
  return distanceToEnd(position) < END_TOLERANCE;
}

function distanceToEnd({ top, height, clientHeight }: ScrollPosition): number {
  return height - clientHeight - top;
}

/**
 * Whether the box still follows its end. The direction decides, not the distance: one pixel up lets go, and only going down to
 * the end takes hold again. A box that shrank moves up by itself; that is not the reader.
 * @param now the position after a scroll, or after the content or the box changed its size
 */
export function followScroll({ isStuck, last }: Stick, now: ScrollPosition): Stick {
  const moved = now.top - last.top;
  const hasReachedEnd = isAtEnd(now);
  const room = (position: ScrollPosition) => position.height - position.clientHeight;
  const wasPushed = hasReachedEnd && room(now) < room(last);
  if (isStuck) return { isStuck: moved > -END_TOLERANCE || wasPushed, last: now };
  return { isStuck: moved > 0 && hasReachedEnd, last: now };
}
