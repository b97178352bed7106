/** Calls `flush` once, soon. */
export type FlushScheduler = (flush: () => void) => void;

/** Animation frames stop in a hidden tab, also between asking for one and getting it; the text still has to arrive. */
const HIDDEN_FLUSH_MS = 250;

/** Once per animation frame, or by a timer when no frame comes. */
export const scheduleFrame: FlushScheduler = (flush) => {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    flush();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_FLUSH_MS);
};
