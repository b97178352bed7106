import type { Hop } from './hop.ts';
import { judgeArrival } from './judge-arrival.ts';
import { judgeDoor } from './judge-door.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { judgeStream } from './judge-stream.ts';
import { type Measurement, type StreamMeasurement, isAnswer } from './measurement.ts';
import { type ProxyKind, recognise } from './proxy-kind.ts';
import type { Symptom } from './symptom.ts';

/** Clocks that differ by more sign tokens that others refuse. */
const MAX_SKEW_MS = 10_000;

export interface Judged {
  hop: Hop;
  /** As people call it. */
  name: string;
  symptoms: Symptom[];
  /** X-Accel-Buffering, which asks proxies further out to hold nothing back. nginx does unless told otherwise. */
  keepsAccel: boolean;
  version: string | undefined;
}

/** @param now epoch ms */
export function judgeHop(hop: Hop, measurement: Measurement, now: number): Judged {
  const { stream } = measurement;
  const headers = isAnswer(stream.reply) ? stream.reply.headers : {};
  const { kind, name } = recognise(headers);
  const isProxied = !hop.isServer && isBehindProxy(stream, name);
  return {
    hop,
    name: nameOf(hop, { isProxied, software: name }),
    symptoms: judge(hop, measurement, { kind, isProxied, now }),
    keepsAccel: isStream(stream) && headers['x-accel-buffering'] === undefined,
    version: stream.report?.version,
  };
}

interface Known {
  kind: ProxyKind | undefined;
  isProxied: boolean;
  now: number;
}

function judge(hop: Hop, measurement: Measurement, { kind, isProxied, now }: Known): Symptom[] {
  const { stream } = measurement;
  const { report, reply } = stream;
  if (!isAnswer(reply) || !isStream(stream)) {
    const isThere = isAnswer(reply) ? judgeDoor(measurement, { hop, kind, now }).filter(isOfConnection) : [];
    return [...isThere, judgeRefusal(hop, reply, kind)];
  }
  return [
    ...judgeDoor(measurement, { hop, kind, now }),
    ...judgeStream(stream, kind),
    ...(report === undefined ? [] : judgeArrival({ hop, report, isProxied, kind })),
    ...judgeClock(stream),
  ];
}

/** The rest follows from what refuses the stream. */
const isOfConnection = ({ id }: Symptom) => id === 'certificate';

const isStream = ({ reply }: StreamMeasurement) =>
  isAnswer(reply) &&
  reply.status === 200 &&
  reply.headers['content-type']?.startsWith('text/event-stream') === true;

/** The server sees the very connection that was opened here, unless somebody stands between; and then they mostly say so. */
function isBehindProxy({ report, localPort }: StreamMeasurement, software: string | undefined): boolean {
  if (report === undefined) return true;
  if (software !== undefined || report.forwardedProto !== undefined || report.via !== undefined) return true;
  return report.forwardedFor.length !== 1 || report.peerPort !== localPort;
}

function nameOf(
  { url, isServer }: Hop,
  { isProxied, software }: { isProxied: boolean; software: string | undefined },
): string {
  if (isServer) return `the server itself at ${url.origin}`;
  const what = software === undefined ? '' : ` (${software})`;
  return isProxied ? `the proxy at ${url.origin}${what}` : `${url.origin}, which is the server itself,`;
}

/** Of the server against the one here; a proxy's own shows in its Date, and in whole seconds. */
function judgeClock({ report, reply, askedAt, answeredAt }: StreamMeasurement): Symptom[] {
  const date = isAnswer(reply) ? Date.parse(reply.headers['date'] ?? '') : Number.NaN;
  const times = [report?.now ?? Number.NaN, date].filter((time) => !Number.isNaN(time));
  const skewMs = Math.max(0, ...times.map((time) => Math.max(askedAt - time, time - answeredAt)));
  if (skewMs <= MAX_SKEW_MS) return [];
  return [
    {
      level: 'warn',
      id: 'clock',
      does: `has a clock that differs by ${Math.round(skewMs / 1000)} s from the one here: tokens begin and end at the wrong time`,
      fixes: ['synchronise both with a time server (timedatectl set-ntp true)'],
    },
  ];
}
