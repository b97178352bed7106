import { PROBE_TICKS, PROBE_TICK_MS, type ProbeReport, probedHeaders } from '../http/probe-report.ts';
import type { Hop } from './hop.ts';
import type { ArrivedFrame, Measurement, StreamMeasurement } from './measurement.ts';
import { CLAIMED_ADDRESS } from './send.ts';

export const now = 1_700_000_000_000;
const heartbeatMs = 10_000;

export function makeHop(changes: Partial<Hop> = {}): Hop {
  const url = new URL('https://chat.example.com');
  const { host, origin } = url;
  return {
    url,
    host,
    origin,
    isServer: false,
    isNamed: true,
    isLast: true,
    forwardedProto: undefined,
    ...changes,
  };
}

export function makeReport(changes: Partial<ProbeReport> = {}): ProbeReport {
  return {
    version: '1.2.3',
    now,
    heartbeatMs,
    host: 'chat.example.com',
    isOwnHost: true,
    headers: probedHeaders,
    forwardedProto: 'https',
    forwardedFor: [CLAIMED_ADDRESS, '198.51.100.7'],
    address: '198.51.100.7',
    peerPort: 40_000,
    trustProxy: 1,
    ...changes,
  };
}

/** @param delay of each frame that was sent at this time, ms */
export function makeFrames(delay: (sentMs: number) => number): ArrivedFrame[] {
  const frame = (type: ArrivedFrame['type'], sentMs: number) => ({
    type,
    sentMs,
    atMs: sentMs + delay(sentMs),
  });
  const ticks = Array.from({ length: PROBE_TICKS }, (_, index) => frame('tick', (index + 1) * PROBE_TICK_MS));
  return [frame('report', 0), ...ticks, frame('end', 1500 + heartbeatMs)];
}

/** As it should be, through an nginx, but for the changes. */
export function makeStream(changes: Partial<StreamMeasurement> = {}): StreamMeasurement {
  return {
    reply: { status: 200, headers: streamHeaders, text: '' },
    report: makeReport(),
    frames: makeFrames(() => 30),
    heartbeats: 1,
    isAltered: false,
    lastByteMs: 11_530,
    endedMs: 11_531,
    localPort: 50_000,
    askedAt: now,
    answeredAt: now + 30,
    ...changes,
  };
}

export const streamHeaders = {
  server: 'nginx/1.30.1',
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-request-id': 'r',
};

const answer = (status: number) => ({ status, headers: {}, text: '' });

export function makeMeasurement(changes: Partial<Measurement> = {}): Measurement {
  return {
    stream: makeStream(),
    socket: answer(101),
    body: answer(200),
    certificate: { expiresAt: now + 60 * 86_400_000, hasHttp2: true },
    ...changes,
  };
}
