/** What the probe in a page has seen since it was reset; ms. */
export interface Seen {
  /** From one animation frame to the next. */
  frames: number[];
  /** From a key to the first paint after it. */
  keys: number[];
}

/** What a scroll through a log has seen. */
export interface Scroll {
  frames: number;
  fps: number;
  /** Frames in which nothing stood in the middle of the log. */
  blanks: number;
}

export interface Probe {
  reset(): void;
  read(): Seen;
  countFrames(): number;
  /** Scrolls the log from its end towards its start. */
  scroll(options: { step: number; maxFrames: number }): Promise<Scroll>;
}

export type ProbedWindow = typeof globalThis & { probe: Probe };

/** Runs in the page, before its own scripts: it can refer to nothing outside itself. */
export function installProbe(): void {
  let frames: number[] = [];
  let keys: number[] = [];
  let last: number | null = null;
  const tick = (now: number) => {
    if (last !== null) frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  addEventListener(
    'keydown',
    ({ timeStamp }) => {
      requestAnimationFrame(() => {
        // A task behind the frame's own rendering.
        const channel = new MessageChannel();
        channel.port1.addEventListener('message', () => keys.push(performance.now() - timeStamp));
        channel.port1.start();
        channel.port2.postMessage(null);
      });
    },
    { capture: true },
  );
  const isBlank = (log: Element) => {
    const { left, top, width, height } = log.getBoundingClientRect();
    // A gap between two blocks is not blank: one of three points stands in text.
    return [0.3, 0.5, 0.7].every((part) => {
      const hit = document.elementFromPoint(left + width / 2, top + height * part);
      return hit === null || hit === log || hit.closest('article') === null;
    });
  };
  const scroll: Probe['scroll'] = ({ step, maxFrames }) =>
    new Promise((resolve, reject) => {
      const log = document.querySelector('[role=log]');
      if (log === null) return reject(new Error('the page has no log'));
      const gaps: number[] = [];
      let blanks = 0;
      let before: number | null = null;
      log.scrollTop = log.scrollHeight;
      const move = (now: number) => {
        if (before !== null) gaps.push(now - before);
        before = now;
        if (isBlank(log)) blanks += 1;
        if (gaps.length < maxFrames && log.scrollTop > 0) {
          log.scrollTop -= step;
          requestAnimationFrame(move);
          return;
        }
        const total = gaps.reduce((sum, gap) => sum + gap, 0);
        resolve({ frames: gaps.length, fps: (gaps.length / total) * 1000, blanks });
      };
      requestAnimationFrame(move);
    });
  const probe: Probe = {
    reset() {
      frames = [];
      keys = [];
    },
    read: () => ({ frames, keys }),
    countFrames: () => frames.length,
    scroll,
  };
  Object.assign(window, { probe });
}
