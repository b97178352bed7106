import { SluiceError } from '@sluice/shared';
import type { AnswerReader } from './answer-reader.ts';
import { EventBatch } from './event-batch.ts';
import type { ProviderEvent } from './provider.ts';
import { type SseEvent, SseReader } from './read-sse.ts';
import { UpstreamBody } from './upstream-body.ts';
import { toTruncated, toUnreachable } from './upstream-error.ts';
import { incomingOf } from './upstream-fetch.ts';

export interface UpstreamCall {
  /** What people call the provider, for details of errors. */
  providerName: string;
  /** Makes the call with an SDK whose `fetch` is that of `UpstreamConnections`. */
  send(): Promise<Response>;
  /** @param state.hasCall whether a header has told the id of the call, so that the reader need not */
  createReader(state: { hasCall: boolean }): AnswerReader;
  /** The header that carries the upstream's id of the call, where one does. */
  callIdHeader?: string;
  /** How the body is cut into events; left out: by the rules of SSE. */
  createFraming?(): Framing;
  /** @returns what the SDK's error means */
  mapError(error: unknown): SluiceError;
}

/** Cuts the bytes of one body into events. */
export interface Framing {
  /** @throws {SluiceError} `upstream_too_large` */
  push(chunk: Buffer): readonly SseEvent[];
  /** What the end of the body makes whole. */
  end(): readonly SseEvent[];
}

/** `Provider.generate` for every API that streams events; see there for what it promises. */
export async function* streamAnswer(
  call: UpstreamCall,
  signal: AbortSignal,
): AsyncGenerator<readonly ProviderEvent[], void, undefined> {
  signal.throwIfAborted();
  const response = await send(call, signal);
  const batch = new EventBatch();
  const providerRequestId = call.callIdHeader === undefined ? null : response.headers.get(call.callIdHeader);
  if (providerRequestId) batch.add({ type: 'call', providerRequestId });
  const reader = call.createReader({ hasCall: Boolean(providerRequestId) });
  const framing = call.createFraming?.() ?? new SseReader();
  const target: Target = { providerName: call.providerName, reader, framing, batch };
  const incoming = incomingOf(response);
  if (incoming === undefined) {
    await readWhole(response, target);
    yield batch.take();
    return;
  }
  const body = new UpstreamBody(incoming, signal);
  try {
    yield batch.take();
    while (!reader.hasEnded) {
      const chunks = await body.read();
      const failure = chunks === undefined ? readEnd(target) : readChunks(chunks, target);
      const events = batch.take();
      // An empty batch is a sign of life, which the end is not. What came before a failure in the same read is handed on.
      if (chunks !== undefined || events.length > 0) yield events;
      if (failure !== undefined) throw failure;
      if (chunks === undefined && !reader.hasEnded) throw endWithoutTerminal(call.providerName, body);
    }
    for await (const chunks of body.drain()) {
      readChunks(chunks, target);
      const events = batch.take();
      if (events.length > 0) yield events;
    }
  } finally {
    await body.close();
  }
}

async function send(call: UpstreamCall, signal: AbortSignal): Promise<Response> {
  try {
    return await call.send();
  } catch (error) {
    signal.throwIfAborted();
    throw call.mapError(error);
  }
}

interface Target {
  providerName: string;
  reader: AnswerReader;
  framing: Framing;
  batch: EventBatch;
}

/** @returns what went wrong, so that the batch can be handed on before it is thrown; nothing does once the answer is whole */
function readChunks(chunks: readonly Buffer[], target: Target): unknown {
  try {
    for (const chunk of chunks) readEvents(target.framing.push(chunk), target);
    return undefined;
  } catch (error) {
    return target.reader.hasEnded ? undefined : error;
  }
}

function readEnd(target: Target): unknown {
  try {
    readEvents(target.framing.end(), target);
    if (!target.reader.hasEnded) target.reader.end(target.batch);
    return undefined;
  } catch (error) {
    return target.reader.hasEnded ? undefined : error;
  }
}

function readEvents(events: readonly SseEvent[], { reader, batch }: Target): void {
  for (const event of events) {
    if (reader.hasEnded) reader.readTrailer?.(event, batch);
    else reader.read(event, batch);
  }
}

/** A connection that broke before a single byte may be tried again; after that, what came was cut. */
function endWithoutTerminal(providerName: string, { failure, hasBytes }: UpstreamBody): SluiceError {
  return failure !== undefined && !hasBytes
    ? toUnreachable(providerName, failure)
    : toTruncated(providerName, failure);
}

/** Some gateways ignore `stream`, and some say errors with status 200. */
async function readWhole(response: Response, { providerName, reader, batch }: Target): Promise<void> {
  const text = await response.text();
  if (text === '') throw toTruncated(providerName);
  reader.readWhole(parseWhole(text, providerName), batch);
  if (!reader.hasEnded) throw toTruncated(providerName);
}

function parseWhole(text: string, providerName: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The exception quotes the body, which nobody may read: it is not kept as the cause.
    const detail = `${providerName} answered with something that is not an event stream`;
    throw new SluiceError('upstream_error', { detail });
  }
}
