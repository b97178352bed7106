/**
 * What the fake upstream does with a request. As a test's `upstream.script(…)`, or, where the test cannot reach the process, as a
 * directive in the text of the last user message:
 *
 *     [[fake {"tokens":100,"delayMs":5,"end":"reset","after":10}]]
 *
 * Without a directive the script of the test counts; without one of those the answer is `DEFAULT_TEXT`.
 */
export interface FakeScript {
  /** Names the stream in `/stats` (`abortTimes`). */
  id?: string;

  // --- the answer ---
  /** The answer's text, cut into tokens of about four characters. */
  text?: string;
  /** The same in base64, for text that would not survive a prompt. */
  textBase64?: string;
  /** The answer is the prompt without its directive. */
  echo?: boolean;
  /** Instead of a text: this many numbered tokens, ` t0 t1 t2 …`. */
  tokens?: number;
  /** Said before the text. */
  reasoning?: string;
  /** The dialect's own stop reason; default `end_turn` | `stop`. */
  stopReason?: string;
  /** The dialect's own usage object, whole; `null` leaves usage out. Default: 12 in, one out per token. */
  usage?: object | null;

  // --- its pace ---
  /** Before the status line. */
  headersDelayMs?: number;
  /** Between the headers and the first token. */
  firstDelayMs?: number;
  /** Between two writes. */
  delayMs?: number;
  /** After each piece of the reasoning, of about four characters. */
  reasoningDelayMs?: number;
  /** Default 1. */
  tokensPerWrite?: number;
  /** A ping (Anthropic) or comment (OpenAI) before every write. */
  pings?: boolean;

  // --- instead of an answer ---
  /** An error of the dialect with this status, or any status with `body`. */
  status?: number;
  /** More headers; also with a 200. */
  headers?: Record<string, string>;
  /** The whole body as it is; the content type is JSON unless `headers` says otherwise. */
  body?: string;
  /** The body of the event stream as it is, in base64: recorded bytes, or nonsense. `split`, `delayMs` and `end` apply. */
  rawBase64?: string;
  /** `type` (Anthropic) or `code` (OpenAI) of the error of `status` or of `error`. */
  errorKind?: string;
  errorMessage?: string;

  /** What a GET is answered with, by its path and query; of `upstream.script(…)` only. */
  gets?: Record<string, object>;

  // --- its faults; those that come in the middle come after `after` tokens ---
  /** Default: half of the tokens. */
  after?: number;
  /** An error event in the stream, then its end. */
  error?: 'mid-stream';
  /** Goes silent for ever: before the status line, before the first token, or in the middle. */
  hang?: 'headers' | 'first' | 'mid';
  /**
   * `refuse`: reset before the status line. In the middle: `reset` (RST), `fin` (the socket ends inside the body) or `truncate` (the
   * body ends as a whole one does, but without the API's terminal). `open`: all is said, but the body never ends.
   */
  end?: 'refuse' | 'reset' | 'fin' | 'truncate' | 'open';
  /** Bytes that follow the terminal, in base64. */
  trailerBase64?: string;
  /** Sends them in one packet with the terminal. */
  joinsTrailer?: boolean;
  /** OpenAI: leaves `[DONE]` out. */
  noDone?: boolean;

  // --- its cuts ---
  /** One write per byte, or pieces of 1 to 37 bytes (`seed` chooses them). */
  split?: 'bytes' | 'random';
  seed?: number;
  /** Default LF. */
  lineEnd?: 'crlf' | 'cr';
}

export const DEFAULT_TEXT = 'This is the fake upstream. It has nothing to say, and says it well.';

const OPENING = '[[fake ';
const CLOSING = ']]';

interface Directive {
  script: FakeScript;
  /** The prompt without it. */
  rest: string;
}

/** @returns the first directive in a prompt whose JSON is whole; the JSON may itself hold `]]` */
export function readDirective(prompt: string): Directive | undefined {
  const start = prompt.indexOf(OPENING);
  if (start === -1) return undefined;
  const from = start + OPENING.length;
  for (let end = prompt.indexOf(CLOSING, from); end !== -1; end = prompt.indexOf(CLOSING, end + 1)) {
    const script = parse(prompt.slice(from, end));
    if (script !== undefined) {
      const rest = prompt.slice(0, start) + prompt.slice(end + CLOSING.length);
      return { script, rest: rest.trim() };
    }
  }
  return undefined;
}

/** @returns the directive as a prompt holds it */
export function directive(script: FakeScript): string {
  return `${OPENING}${JSON.stringify(script)}${CLOSING}`;
}

/** @returns the tokens of the answer; joined they are its text */
export function tokensOf(script: FakeScript, prompt: string): string[] {
  if (script.tokens !== undefined) return Array.from({ length: script.tokens }, (_, index) => ` t${index}`);
  return cut(textOf(script, prompt));
}

export function textOf({ text, textBase64, echo }: FakeScript, prompt: string): string {
  if (textBase64 !== undefined) return Buffer.from(textBase64, 'base64').toString();
  return text ?? (echo ? prompt : DEFAULT_TEXT);
}

export function cut(text: string): string[] {
  return text.match(/.{1,4}/gsu) ?? [];
}

function parse(json: string): FakeScript | undefined {
  try {
    return JSON.parse(json) as FakeScript;
  } catch {
    return undefined;
  }
}
