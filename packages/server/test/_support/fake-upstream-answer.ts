import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { FakeDialect } from './fake-upstream-dialect.ts';
import { type FakeScript, cut, tokensOf } from './fake-upstream-script.ts';

export interface FakeAnswer {
  response: ServerResponse;
  dialect: FakeDialect;
  script: FakeScript;
  model: string;
  /** Of the last user message, without its directive. */
  prompt: string;
  /** Called after each write with the tokens that have been sent. */
  onTokens(sent: number): void;
}

const RESET_DELAY_MS = 20;

/** Plays one script; returns when there is nothing more to say, which need not be the end of the response. */
export async function playScript(answer: FakeAnswer): Promise<void> {
  const { response, script } = answer;
  if (script.headersDelayMs !== undefined) await sleep(script.headersDelayMs);
  if (script.hang === 'headers' || response.destroyed) return;
  if (script.end === 'refuse') return reset(response);
  if (script.status !== undefined || script.body !== undefined) return sendBody(answer);
  response.writeHead(200, {
    'content-type': answer.dialect.contentType ?? 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    [answer.dialect.callIdHeader]: 'req_fake',
    ...script.headers,
  });
  response.flushHeaders();
  if (script.hang === 'first') return;
  if (script.firstDelayMs !== undefined) await sleep(script.firstDelayMs);
  if (script.rawBase64 !== undefined) {
    await write(answer, Buffer.from(script.rawBase64, 'base64'));
    return await stop(answer);
  }
  await streamTokens(answer);
}

async function streamTokens(answer: FakeAnswer): Promise<void> {
  const { script, dialect } = answer;
  const tokens = tokensOf(script, answer.prompt);
  const { after = Math.floor(tokens.length / 2), tokensPerWrite = 1, delayMs } = script;
  const breaks = script.error !== undefined || script.hang === 'mid' || isCut(script);
  const sent = breaks ? tokens.slice(0, after) : tokens;
  await writeText(answer, dialect.begin(answer.model));
  for (const piece of cut(script.reasoning ?? '')) {
    await writeText(answer, dialect.reasoning(piece));
    if (script.reasoningDelayMs !== undefined) await sleep(script.reasoningDelayMs);
  }
  for (let at = 0; at < sent.length; at += tokensPerWrite) {
    if (answer.response.destroyed) return;
    if (at > 0 && delayMs !== undefined) await sleep(delayMs);
    const frames = sent.slice(at, at + tokensPerWrite).map((token) => dialect.token(token));
    await writeText(answer, (script.pings ? dialect.ping() : '') + frames.join(''));
    answer.onTokens(Math.min(at + tokensPerWrite, sent.length));
    // Many fast streams share this process.
    if (at % 64 === 63) await nextTurn();
  }
  if (script.hang === 'mid') return;
  if (script.error !== undefined) await writeText(answer, dialect.error(script));
  else if (!isCut(script)) {
    if (script.joinsTrailer) answer.response.cork();
    await writeText(answer, dialect.finish(script, tokens.length));
  }
  await stop(answer);
}

function isCut({ end }: FakeScript): boolean {
  return end === 'reset' || end === 'fin' || end === 'truncate';
}

async function stop({ response, script }: FakeAnswer): Promise<void> {
  if (script.trailerBase64 !== undefined) response.write(Buffer.from(script.trailerBase64, 'base64'));
  if (script.joinsTrailer) response.uncork();
  if (script.end === 'open') return;
  if (script.end === 'reset') {
    // An RST takes with it what the other side has not read yet.
    await sleep(RESET_DELAY_MS);
    reset(response);
  } else if (script.end === 'fin') response.socket?.end();
  else response.end();
}

function reset({ socket }: ServerResponse): void {
  socket?.resetAndDestroy();
}

function sendBody({ response, dialect, script }: FakeAnswer): void {
  const body = script.body ?? ((script.status ?? 200) < 400 ? '' : dialect.errorBody(script));
  response.writeHead(script.status ?? 200, {
    'content-type': 'application/json',
    [dialect.callIdHeader]: 'req_fake',
    ...script.headers,
  });
  response.end(body);
}

async function writeText(answer: FakeAnswer, text: string): Promise<void> {
  const { lineEnd } = answer.script;
  const separator = lineEnd === 'crlf' ? '\r\n' : '\r';
  await write(answer, Buffer.from(lineEnd === undefined ? text : text.replaceAll(/\r?\n/g, separator)));
}

/** Waits for `drain`, so that a reader that stops reading stops this upstream too. */
async function write({ response, script }: FakeAnswer, bytes: Buffer): Promise<void> {
  for (const piece of script.split === undefined ? [bytes] : pieces(bytes, script)) {
    if (response.destroyed || piece.length === 0) return;
    if (!response.write(piece)) await drained(response);
  }
}

/** `drain` never comes for a reader that has gone. */
async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() =>
    settled.abort(),
  );
}

/** Each piece is an HTTP chunk, and so a read of its own on the other side. */
function* pieces(bytes: Buffer, { split, seed = 1 }: FakeScript): Generator<Buffer> {
  const random = randomOf(seed + bytes.length);
  for (let at = 0; at < bytes.length;) {
    const size = split === 'bytes' ? 1 : 1 + Math.floor(random() * 37);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
