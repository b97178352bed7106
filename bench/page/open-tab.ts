import type { Browser, CDPSession, Page } from 'playwright-core';
import { type ProbedWindow, type Seen, installProbe } from './probe.ts';

/** CPU time of a page's main thread so far, in ms, and what it holds. */
export interface Spent {
  taskMs: number;
  scriptMs: number;
  layoutMs: number;
  heapMb: number;
}

export interface Tab extends AsyncDisposable {
  page: Page;
  spent(): Promise<Spent>;
  collectGarbage(): Promise<void>;
  /** @param rate how many times slower the CPU is */
  slowDown(rate: number): Promise<void>;
  resetProbe(): Promise<void>;
  readProbe(): Promise<Seen>;
  countFrames(): Promise<number>;
}

/** A tab with a probe in it, whose figures are CPU time: what else runs on the machine does not count. */
export async function openTab(browser: Browser): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(installProbe);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error('error in the page:', error.message));
  const cdp: CDPSession = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return {
    page,
    async spent() {
      const { metrics } = await cdp.send('Performance.getMetrics');
      const read = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
      return {
        taskMs: read('TaskDuration') * 1000,
        scriptMs: read('ScriptDuration') * 1000,
        layoutMs: (read('LayoutDuration') + read('RecalcStyleDuration')) * 1000,
        heapMb: read('JSHeapUsedSize') / 2 ** 20,
      };
    },
    collectGarbage: async () => {
      await cdp.send('HeapProfiler.collectGarbage');
    },
    slowDown: async (rate) => {
      await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    },
    resetProbe: () => page.evaluate(() => (window as unknown as ProbedWindow).probe.reset()),
    readProbe: () => page.evaluate(() => (window as unknown as ProbedWindow).probe.read()),
    countFrames: () => page.evaluate(() => (window as unknown as ProbedWindow).probe.countFrames()),
    [Symbol.asyncDispose]: () => context.close(),
  };
}
