import { setTimeout as sleep } from 'node:timers/promises';
import type { EncodableEvent } from '../encoders/encoder.ts';
import {
  PROBE_MARGIN_MS,
  PROBE_TEXT,
  PROBE_TICKS,
  PROBE_TICK_MS,
  type ProbeFrame,
  type ProbeReport,
} from './probe-report.ts';

/** As an answer comes: at once, in small pieces, with a silence in which only the heartbeat is heard; then its end. */
export async function* probeFrames(
  report: ProbeReport,
  signal: AbortSignal,
): AsyncGenerator<readonly EncodableEvent[]> {
  const startedAt = performance.now();
  const frame = (seq: number, fields: Omit<ProbeFrame, 'sentMs' | 'text'>) => {
    const told: ProbeFrame = { ...fields, sentMs: performance.now() - startedAt, text: PROBE_TEXT };
    return [{ seq, json: JSON.stringify(told) }];
  };
  const wait = async (ms: number) => {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  };
  yield frame(1, { type: 'report', report });
  for (let tick = 1; tick <= PROBE_TICKS; tick += 1) {
    if (!(await wait(PROBE_TICK_MS))) return;
    yield frame(1 + tick, { type: 'tick' });
  }
  if (await wait(report.heartbeatMs + PROBE_MARGIN_MS)) yield frame(2 + PROBE_TICKS, { type: 'end' });
}
