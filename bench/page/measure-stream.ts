import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { Tab } from './open-tab.ts';
import { traceTasks } from './trace-tasks.ts';

/** What a page spends on one streamed answer, in ms of CPU time of its main thread unless it says otherwise. */
export interface StreamCost {
  /** Tasks of more than 50 ms. */
  longTasks: number;
  worstTask: number;
  script: number;
  layout: number;
  /** For each painted frame, the last fifth of the answer over the first. */
  growth: number;
  /** Part of the frames that 60 a second have. */
  dropped: number;
  /** From a key to its paint, on the clock. */
  keyP95: number;
  keyMax: number;
  /** How long it took, in seconds on the clock. */
  seconds: number;
}

const FRAME_MS = 1000 / 60;
const LONG_TASK_MS = 50;
const KEY_INTERVAL_MS = 250;

interface Sample {
  atMs: number;
  frames: number;
  busyMs: number;
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function perFrame(samples: readonly Sample[], from: number, to: number): number {
  const part = samples.filter(({ atMs }) => atMs >= from && atMs <= to);
  const [first, last] = [part[0], part.at(-1)];
  if (first === undefined || last === undefined || first === last) return NaN;
  return (last.busyMs - first.busyMs) / (last.frames - first.frames);
}

/** Asks, and types in the composer while the answer comes. */
export async function measureStream(browser: Browser, tab: Tab): Promise<StreamCost> {
  const { page } = tab;
  const composer = page.getByRole('textbox', { name: 'Message' });
  await composer.fill('Say it');
  await tab.collectGarbage();
  await sleep(500);
  const endTrace = await traceTasks(browser);
  await composer.press('Enter');
  await page.locator('[data-stream="streaming"]').waitFor({ state: 'attached' });
  await tab.resetProbe();
  const [before, begunAt] = [await tab.spent(), performance.now()];
  let isOver = false;
  const done = page
    .locator('[data-stream="done"]')
    .waitFor({ state: 'attached', timeout: 300_000 })
    .finally(() => (isOver = true));
  const samples: Sample[] = [];
  for (let count = 0; !isOver; count += 1) {
    await composer.press('abcdefgh'[count % 8] ?? 'a');
    await Promise.race([done, sleep(KEY_INTERVAL_MS)]);
    if (isOver) continue;
    const frames = await tab.countFrames();
    samples.push({ atMs: performance.now() - begunAt, frames, busyMs: (await tab.spent()).taskMs });
  }
  await done;
  const [after, wallMs, seen, tasks] = [
    await tab.spent(),
    performance.now() - begunAt,
    await tab.readProbe(),
    await endTrace(),
  ];
  const missed = seen.frames.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / FRAME_MS) - 1), 0);
  return {
    longTasks: tasks.filter((ms) => ms > LONG_TASK_MS).length,
    worstTask: Math.max(0, ...tasks),
    script: after.scriptMs - before.scriptMs,
    layout: after.layoutMs - before.layoutMs,
    growth: perFrame(samples, wallMs * 0.8, wallMs) / perFrame(samples, wallMs * 0.03, wallMs * 0.22),
    dropped: missed / (missed + seen.frames.length),
    keyP95: quantile(seen.keys, 0.95),
    keyMax: Math.max(0, ...seen.keys),
    seconds: wallMs / 1000,
  };
}
