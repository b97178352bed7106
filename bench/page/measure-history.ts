import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbedWindow } from './probe.ts';
import type { Tab } from './open-tab.ts';

/** What it takes to open a long conversation, and to scroll through it. */
export interface HistoryCost {
  /** From the click to the paint, on the clock. */
  openMs: number;
  /** CPU time of the main thread for it. */
  openCpuMs: number;
  /** What the heap has grown by. */
  heapMb: number;
  fps: number;
  blanks: number;
}

const SETTLED_MS = 1500;

/** @param open begins to open the conversation; it is open once its last answer is painted */
export async function measureHistory(
  tab: Tab,
  { open, lastAnswer }: { open: () => Promise<void>; lastAnswer: string },
): Promise<HistoryCost> {
  const { page } = tab;
  await tab.collectGarbage();
  await sleep(SETTLED_MS);
  const before = await tab.spent();
  await page.evaluate((heading) => {
    const isThere = () =>
      Array.from(document.querySelectorAll('[role=log] :is(h3, h5)')).some(
        ({ textContent }) => textContent === heading,
      );
    const begin = () => {
      const begunAt = performance.now();
      const look = () => {
        if (!isThere()) return requestAnimationFrame(look);
        // Behind the paint of the frame in which it stands.
        return requestAnimationFrame(() =>
          setTimeout(() => Object.assign(window, { openedMs: performance.now() - begunAt })),
        );
      };
      look();
    };
    addEventListener('pointerdown', begin, { capture: true, once: true });
    addEventListener('open-history', begin, { once: true });
  }, lastAnswer);
  await open();
  await page.waitForFunction(() => 'openedMs' in window, null, { timeout: 120_000 });
  const opened = await tab.spent();
  await sleep(SETTLED_MS);
  await tab.collectGarbage();
  const settled = await tab.spent();
  const scroll = await page.evaluate(() =>
    (window as unknown as ProbedWindow).probe.scroll({ step: 400, maxFrames: 600 }),
  );
  return {
    openMs: await page.evaluate(() => (window as unknown as { openedMs: number }).openedMs),
    openCpuMs: opened.taskMs - before.taskMs,
    heapMb: settled.heapMb - before.heapMb,
    fps: scroll.fps,
    blanks: scroll.blanks,
  };
}
