import { PROBE_TICKS } from '../http/probe-report.ts';
import { fixesFor } from './fixes.ts';
import type { StreamMeasurement } from './measurement.ts';
import type { ProxyKind } from './proxy-kind.ts';
import type { Symptom } from './symptom.ts';

/** The frames before the silence take a second: one that is passed on late by most of it was held. A busy machine is late by less. */
const HELD_MS = 800;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** What became of a stream that began. */
export function judgeStream(stream: StreamMeasurement, kind?: ProxyKind): Symptom[] {
  const headers = 'headers' in stream.reply ? stream.reply.headers : {};
  return [
    judgeEncoding(headers['content-encoding'], kind),
    judgeHolding(stream, kind),
    judgeEnd(stream, kind),
    judgeContent(stream),
    judgeLostHeaders(headers, kind),
  ].flatMap((symptom) => symptom ?? []);
}

function judgeEncoding(encoding: string | undefined, kind?: ProxyKind): Symptom | undefined {
  if (encoding === undefined || encoding === 'identity') return undefined;
  return {
    level: 'fail',
    id: 'compresses',
    does: `compresses the stream (Content-Encoding: ${encoding}): words wait in it until there are enough of them`,
    fixes: fixesFor('compresses', kind),
  };
}

/** Later than the fastest of them: how long the way itself is does not count. */
function judgeHolding(stream: StreamMeasurement, kind?: ProxyKind): Symptom | undefined {
  const { frames } = stream;
  if (frames.length === 0) return heldAll(stream, kind);
  const delays = frames.map(({ atMs, sentMs }) => atMs - sentMs);
  const fastest = Math.min(...delays);
  const held = frames.filter((_, index) => (delays[index] ?? 0) - fastest > HELD_MS);
  if (held.length === 0) return undefined;
  const longestMs = Math.max(...delays) - fastest;
  return {
    level: 'fail',
    id: 'buffers',
    does: `holds the stream back: ${held.length} of ${frames.length} frames came up to ${seconds(longestMs)} after they were sent`,
    fixes: fixesFor('buffers', kind),
  };
}

/** Until it was cut, or to its end where what came cannot be read. */
function heldAll({ endedMs, isAltered }: StreamMeasurement, kind?: ProxyKind): Symptom | undefined {
  if (isAltered || endedMs < HELD_MS) return undefined;
  return {
    level: 'fail',
    id: 'buffers',
    does: `holds the stream back: nothing of it came in ${seconds(endedMs)}`,
    fixes: fixesFor('buffers', kind),
  };
}

function judgeEnd(stream: StreamMeasurement, kind?: ProxyKind): Symptom | undefined {
  const { frames, report, endedMs, lastByteMs } = stream;
  if (stream.isAltered || frames.at(-1)?.type === 'end') return undefined;
  const silentMs = endedMs - lastByteMs;
  const heartbeatMs = report?.heartbeatMs ?? 0;
  const isImpatient = silentMs > 1000 && frames.length > PROBE_TICKS && stream.heartbeats === 0;
  const before = `HEARTBEAT_MS (${seconds(heartbeatMs)})`;
  return {
    level: 'fail',
    id: 'cuts',
    does: isImpatient
      ? `cuts a stream that says nothing for ${seconds(silentMs)}; Sluice gives a sign of life only after ${before}`
      : `cuts the stream after ${seconds(endedMs)}`,
    fixes: [
      ...fixesFor('cuts', kind),
      ...(isImpatient
        ? [`or set HEARTBEAT_MS to ${Math.floor(silentMs / 2000) * 1000 || 500}, and restart Sluice`]
        : []),
    ],
  };
}

function judgeContent({ isAltered }: StreamMeasurement): Symptom | undefined {
  if (!isAltered) return undefined;
  return {
    level: 'fail',
    id: 'rewrites',
    does: 'changes what is in the stream: a frame did not arrive as it was sent',
    fixes: [
      'keep everything that rewrites pages (filters, substitutions, injected scripts) away from /api/* and /v1/*',
    ],
  };
}

/** X-Accel-Buffering is nginx's to keep; it counts only where a proxy further out holds streams back. */
function judgeLostHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  kind?: ProxyKind,
): Symptom | undefined {
  const lost = [
    ...(headers['x-request-id'] === undefined ? ['X-Request-Id (errors cannot be found in the log)'] : []),
    ...(headers['cache-control']?.includes('no-transform') === true
      ? []
      : ['Cache-Control: no-transform (proxies further out may compress)']),
  ];
  if (lost.length === 0) return undefined;
  return {
    level: 'warn',
    id: 'answer-headers',
    does: `keeps headers of answers to itself: ${lost.join(', ')}`,
    fixes: fixesFor('answerHeaders', kind),
  };
}
