import type { Hop } from './hop.ts';
import { measureBody } from './measure-body.ts';
import { measureCertificate } from './measure-certificate.ts';
import { measureSocket } from './measure-socket.ts';
import { measureStream } from './measure-stream.ts';
import type { Measurement } from './measurement.ts';

const SOCKET_MS = 10_000;
/** 20 MiB over a slow line. */
const BODY_MS = 60_000;
/** Beyond what the stream takes by itself. */
const STREAM_MARGIN_MS = 30_000;

export interface Visit {
  /** A fresh one for each request: what comes before may take longer than a token holds. */
  makeToken: () => string;
  /** What the stream takes by itself. */
  streamMs: number;
}

/** The streams of all hops at once, and before them, where they are in no stream's way, the large bodies one by one. */
export async function measureHops(
  hops: readonly Hop[],
  { makeToken, streamMs }: Visit,
): Promise<Measurement[]> {
  const doors: Omit<Measurement, 'stream'>[] = [];
  for (const hop of hops) doors.push(await measureDoor(hop, makeToken));
  const streams = await Promise.all(
    hops.map((hop) => measureStream(hop, makeToken(), AbortSignal.timeout(streamMs + STREAM_MARGIN_MS))),
  );
  return streams.flatMap((stream, index) => {
    const door = doors[index];
    return door === undefined ? [] : [{ ...door, stream }];
  });
}

async function measureDoor(hop: Hop, makeToken: () => string): Promise<Omit<Measurement, 'stream'>> {
  const isSecure = hop.url.protocol === 'https:';
  const certificate = isSecure ? await measureCertificate(hop, AbortSignal.timeout(SOCKET_MS)) : undefined;
  const socket = await measureSocket(hop, AbortSignal.timeout(SOCKET_MS));
  const body = await measureBody(hop, makeToken(), AbortSignal.timeout(BODY_MS));
  return { socket, body, ...(certificate && { certificate }) };
}
