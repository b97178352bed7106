import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { type ProbeFrame, probeFrameSchema } from '../http/probe-report.ts';
import type { Hop } from './hop.ts';
import type { ArrivedFrame, StreamMeasurement } from './measurement.ts';
import { headersOf, probeHeaders, readAnswer, send, silenceOf } from './send.ts';

/** Ours are below 2000 characters. */
const MAX_FRAME = 64 * 1024;

/** Reads the probe's stream as a browser would read an answer, and writes down when each piece came. */
export async function measureStream(
  hop: Hop,
  token: string,
  signal: AbortSignal,
): Promise<StreamMeasurement> {
  const startedAt = performance.now();
  const sinceStart = () => performance.now() - startedAt;
  const askedAt = Date.now();
  const nothing = { frames: [], heartbeats: 0, isAltered: false, lastByteMs: 0 };
  const headers = { ...probeHeaders(token), 'content-length': 2 };
  const request = send(hop, { method: 'POST', path: '/api/doctor/stream', headers }, signal);
  let localPort: number | undefined;
  try {
    request.end('{}');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    localPort = response.socket.localPort;
    const answered = { localPort, askedAt, answeredAt: Date.now() };
    const reply = { status: response.statusCode ?? 0, headers: headersOf(response), text: '' };
    const isStream = reply.status === 200 && reply.headers['content-type']?.startsWith('text/event-stream');
    if (isStream !== true) {
      return { ...nothing, ...answered, reply: await readAnswer(response), endedMs: sinceStart() };
    }
    const read = await readFrames(response, sinceStart);
    return { ...read, ...answered, reply, endedMs: sinceStart() };
  } catch (error) {
    const reply = silenceOf(error);
    return { ...nothing, reply, endedMs: sinceStart(), localPort, askedAt, answeredAt: Date.now() };
  } finally {
    request.destroy();
  }
}

type Read = Pick<StreamMeasurement, 'frames' | 'heartbeats' | 'isAltered' | 'lastByteMs' | 'report'>;

async function readFrames(response: IncomingMessage, sinceStart: () => number): Promise<Read> {
  const read = { frames: [] as ArrivedFrame[], heartbeats: 0, isAltered: false, lastByteMs: 0 };
  let report: Read['report'];
  let rest = '';
  const decoder = new TextDecoder();
  const take = (block: string) => {
    if (block.startsWith(':')) {
      read.heartbeats += 1;
      return;
    }
    const frame = parseFrame(block, read.frames.length + 1);
    if (frame === undefined) read.isAltered = true;
    else read.frames.push({ type: frame.type, sentMs: frame.sentMs, atMs: read.lastByteMs });
    report ??= frame?.report;
  };
  try {
    for await (const chunk of decompress(response)) {
      read.lastByteMs = sinceStart();
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
      if (rest.length > MAX_FRAME) read.isAltered = true;
      if (read.isAltered) break;
    }
  } catch {
    // A connection that was cut: what is missing tells.
  }
  return { ...read, ...(report && { report }) };
}

/** @returns undefined for what was not sent like this */
function parseFrame(block: string, seq: number): ProbeFrame | undefined {
  const [, id, json = ''] = /^id: (\d+)\ndata: (.*)$/.exec(block) ?? [];
  try {
    const frame = probeFrameSchema.parse(JSON.parse(json));
    return Number(id) === seq ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** What is there of a compressed stream is read at once, as browsers do. */
function decompress(response: IncomingMessage): Readable {
  const { finishFlush, make } = decoders[response.headers['content-encoding'] ?? ''] ?? {};
  if (make === undefined) return response;
  const decoder = make({ finishFlush });
  response.on('error', (error) => decoder.destroy(error)).on('aborted', () => decoder.destroy());
  return response.pipe(decoder);
}

interface Decoder {
  finishFlush: number;
  make: (options: { finishFlush: number | undefined }) => NodeJS.ReadWriteStream & Readable;
}

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, ZSTD_e_flush } = zlib.constants;
const decoders: Record<string, Decoder> = {
  gzip: { finishFlush: Z_SYNC_FLUSH, make: (options) => zlib.createGunzip(options as zlib.ZlibOptions) },
  deflate: { finishFlush: Z_SYNC_FLUSH, make: (options) => zlib.createInflate(options as zlib.ZlibOptions) },
  br: {
    finishFlush: BROTLI_OPERATION_FLUSH,
    make: (options) => zlib.createBrotliDecompress(options as zlib.BrotliOptions),
  },
  zstd: {
    finishFlush: ZSTD_e_flush,
    make: (options) => zlib.createZstdDecompress(options as zlib.ZstdOptions),
  },
};
