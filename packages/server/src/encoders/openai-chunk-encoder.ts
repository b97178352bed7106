import { type RunEnd, type RunEvent, type RunStart, SSE_HEARTBEAT } from '@sluice/shared';
import type { EncodableEvent, Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { eventStreamHeaders } from './event-stream-headers.ts';
import { failureOf } from './failure.ts';
import { openAiFinishReason, openAiHead, toOpenAiUsage } from './openai-answer.ts';
import { toOpenAiError } from './openai-error.ts';
import { parseEvents } from './parse-events.ts';
import { toSluiceExtra } from './to-sluice-extra.ts';
import { wholeCharacters } from './whole-characters.ts';

/** Stands for a piece; nothing else in a chunk has it. */
const PLACE = '\0 a piece \0';

/**
 * OpenAI's `chat.completion.chunk`s: the role once and first, `choices` in every one, a finish reason exactly once and only after
 * a whole answer, then `[DONE]`. After any other a frame with `error` is the last.
 */
export class OpenAiChunkEncoder implements Encoder {
  readonly headers = eventStreamHeaders;
  readonly heartbeat = SSE_HEARTBEAT;
  isCut = true;
  readonly #includesUsage: boolean;
  readonly #text = wholeCharacters();
  readonly #reasoning = wholeCharacters();
  #start: RunStart = { type: 'run-start', runId: '', model: '', provider: '', createdAt: '' };
  #model = '';
  #error: Extract<RunEvent, { type: 'error' }> | null = null;
  #hasBegun = false;
  readonly #around: { content?: string[]; reasoning_content?: string[] } = {};

  /** @param options.includesUsage as the request's `stream_options.include_usage` */
  constructor({ includesUsage }: { includesUsage: boolean }) {
    this.#includesUsage = includesUsage;
  }

  encode(events: readonly EncodableEvent[]): string {
    const frames = parseEvents(events).map((event) => this.#encodeEvent(event));
    return escapeLineEnds(frames.join(''));
  }

  #encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'run-start':
        this.#start = event;
        this.#model = event.model;
        return '';
      case 'run-fallback':
        this.#model = event.to;
        return '';
      case 'text-delta':
        return this.#say('content', this.#text.take(event.text));
      case 'reasoning-delta':
        return this.#say('reasoning_content', this.#reasoning.take(event.reasoning));
      case 'error':
        this.#error = event;
        return '';
      case 'run-end':
        return this.#end(event);
      case 'run-retry':
      case 'usage':
      case 'finish':
        return '';
      default:
        return event satisfies never;
    }
  }

  #say(field: 'content' | 'reasoning_content', piece: string): string {
    if (piece === '') return '';
    const begun = this.#begin();
    // From here on only the piece differs from chunk to chunk.
    const [before, after] = (this.#around[field] ??= this.#chunk({ [field]: PLACE }).split(
      JSON.stringify(PLACE),
    ));
    return begun + before + JSON.stringify(piece) + after;
  }

  /** Late, so that all chunks name the model that really answers. */
  #begin(): string {
    if (this.#hasBegun) return '';
    this.#hasBegun = true;
    return this.#chunk({ role: 'assistant', content: '' });
  }

  #end(event: RunEnd): string {
    this.isCut = false;
    const rest =
      this.#say('reasoning_content', this.#reasoning.rest()) + this.#say('content', this.#text.rest());
    const failure = failureOf(event, this.#error);
    if (failure !== null) return `${rest}data: ${JSON.stringify({ error: toOpenAiError(failure) })}\n\n`;
    const sluice = toSluiceExtra(this.#start.runId, event.usage, event.cost);
    const last = this.#begin() + this.#chunk({}, openAiFinishReason(event.reason), { sluice });
    const usage = this.#includesUsage ? this.#frame({ choices: [], usage: toOpenAiUsage(event.usage) }) : '';
    return `${rest}${last}${usage}data: [DONE]\n\n`;
  }

  #chunk(delta: object, finishReason: string | null = null, extra: object = {}): string {
    return this.#frame({
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(this.#includesUsage && { usage: null }),
      ...extra,
    });
  }

  #frame(fields: object): string {
    const head = openAiHead(this.#start, this.#model);
    return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fields })}\n\n`;
  }
}
