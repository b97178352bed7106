// Recorded answers of real upstreams, kept beside the repository and never in it. Each has what a plain reader made of it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../../../../../shared/fixtures');

/** Whether they are here; a clone from elsewhere has none. */
export const hasRecordedStreams = existsSync(path.join(folder, 'index.tsv'));

export interface RecordedUsage {
  input_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  cost?: number;
}

export interface RecordedStream {
  file: string;
  provider: string;
  api: string;
  body: Buffer;
  expected: {
    text: string;
    reasoning: string;
    refusal: string;
    stop_reason: string | null;
    usage: RecordedUsage | null;
    error: unknown;
    /** Whether the API's own terminal was seen. */
    done_marker: boolean;
  };
  /** The bytes after which an answer may be called whole: those up to the first terminal. Infinite where there is none. */
  wholeAfter: number;
}

export interface RecordedError {
  provider: string;
  status: number;
  headers: Record<string, string>;
  body: string;
  expect: { kind: string; retryable: boolean };
}

export function readRecordedStreams(): RecordedStream[] {
  const [, ...rows] = readText('index.tsv').trim().split('\n');
  return rows.map((row) => {
    const [file = '', provider = '', api = ''] = row.split('\t');
    const body = readFileSync(path.join(folder, 'streams', file));
    return {
      file,
      provider,
      api,
      body,
      expected: JSON.parse(readText(`expect/${file}.json`)) as RecordedStream['expected'],
      wholeAfter: findTerminal(body, api),
    };
  });
}

export function readRecordedErrors(): RecordedError[] {
  return readText('http_errors.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedError);
}

function readText(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

type Chunk = Record<string, unknown>;

/** @returns the JSON of each event, and the bytes up to its end: plainly, and by none of the code that is tested */
export function* chunksOf(body: Buffer): Generator<{ json: Chunk | '[DONE]'; end: number }> {
  let start = 0;
  let waiting = '';
  for (const line of body.toString('latin1').split(/(?<=\n)/)) {
    const end = start + line.trimEnd().length;
    const text = body.toString('utf8', start, end);
    start += line.length;
    if (text === '') waiting = '';
    if (!/^(data:|\{)/.test(text)) continue;
    waiting += text.replace(/^data: ?/, '');
    const json = parse(waiting);
    if (json === undefined) continue;
    waiting = '';
    yield { json, end };
  }
}

/** @returns undefined for what goes on in the next line */
function parse(text: string): Chunk | '[DONE]' | undefined {
  try {
    return text === '[DONE]' ? text : (JSON.parse(text) as Chunk);
  } catch {
    return undefined;
  }
}

const terminals: Readonly<Record<string, (chunk: Chunk) => boolean>> = {
  'anthropic-messages': ({ type }) => type === 'message_stop',
  'openai-chat': ({ choices }) =>
    ((choices ?? []) as Chunk[]).some(({ index, finish_reason: reason }) => !index && Boolean(reason)),
  'openai-responses': ({ type }) => /^response\.(completed|incomplete|failed|cancelled)$/.test(String(type)),
  gemini: ({ candidates, promptFeedback }) =>
    ((candidates ?? []) as Chunk[]).some(({ finishReason }) => Boolean(finishReason)) ||
    Boolean((promptFeedback as Chunk | undefined)?.['blockReason']),
  'ollama-chat': ({ done }) => done === true,
};

function findTerminal(body: Buffer, api: string): number {
  const isTerminal = terminals[api];
  if (isTerminal === undefined) return Infinity;
  for (const { json, end } of chunksOf(body)) {
    if (json === '[DONE]' ? api === 'openai-chat' : isTerminal(json)) return end;
  }
  return Infinity;
}
