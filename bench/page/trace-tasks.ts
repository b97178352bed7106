import type { Browser } from 'playwright-core';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** CPU time of the thread, in µs. */
  tdur?: number;
  args: { name?: string };
}

const categories = ['toplevel', 'disabled-by-default-devtools.timeline'];

/**
 * Records the tasks of all pages' main threads from now on.
 * @returns a function that ends it, and gives the CPU time of each task, in ms
 */
export async function traceTasks(browser: Browser): Promise<() => Promise<number[]>> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: categories,
      recordMode: 'recordContinuously',
      traceBufferSizeInKb: 400_000,
    },
  });
  return async () => {
    const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
    const mainThreads = new Set(
      events
        .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
        .map(threadOf),
    );
    return events
      .filter((event) => event.name === 'RunTask' && mainThreads.has(threadOf(event)))
      .map(({ tdur = 0 }) => tdur / 1000);
  };
}
