import type { AnswerReader } from '../answer-reader.ts';
import type { EventBatch } from '../event-batch.ts';
import { DeltaTemplate } from '../delta-template.ts';
import { type Loose, asObject, asText, parseChunk, parseTrailer } from '../parse-chunk.ts';
import type { ProviderEvent } from '../provider.ts';
import type { SseEvent } from '../read-sse.ts';
import type { ChatProfile } from './chat-profile.ts';
import { mapStreamError } from './map-error.ts';
import { toChargedMicroUsd, toChatUsage, toMicroUsd } from './to-usage.ts';

export interface OpenaiReaderOptions {
  providerName: string;
  /** Whether a header told the id of the call. */
  hasCall?: boolean;
  cost?: ChatProfile['cost'];
}

type FinishReason = Extract<ProviderEvent, { type: 'finish' }>['reason'];

/**
 * Chunks of Chat Completions. `[DONE]` is the terminal; where an upstream leaves it out, the end of the body after a
 * `finish_reason`. Until then an error may still come, and it beats the reason.
 */
export class OpenaiReader implements AnswerReader {
  readonly #providerName: string;
  readonly #template = new DeltaTemplate(textOnly);
  readonly #cost: ChatProfile['cost'];
  #hasCall: boolean;
  #hasServed = false;
  #finishReason = '';
  #hasRefused = false;
  hasEnded = false;

  constructor({ providerName, hasCall = false, cost }: OpenaiReaderOptions) {
    this.#providerName = providerName;
    this.#hasCall = hasCall;
    this.#cost = cost;
  }

  read({ event, data }: SseEvent, batch: EventBatch): void {
    if (this.hasEnded) return;
    if (data === '[DONE]') {
      this.#finish(batch);
      return;
    }
    const text = this.#mayBeText(event) ? this.#template.match(data) : undefined;
    if (text !== undefined) {
      batch.addText(text);
      return;
    }
    const chunk = parseChunk(data, this.#providerName);
    if (event === 'error') throw mapStreamError(chunk['error'] ?? chunk, this.#providerName);
    this.#readChunk(chunk, batch);
    const parsed = this.#mayBeText(event) ? textOnly(chunk) : undefined;
    if (parsed !== undefined) this.#template.learn(data, parsed);
  }

  end(batch: EventBatch): void {
    if (this.#finishReason !== '') this.#finish(batch);
  }

  readWhole(body: unknown, batch: EventBatch): void {
    const { choices, ...rest } = asObject(body);
    const whole: unknown[] = Array.isArray(choices) ? choices : [];
    const asChunks = whole.map((choice) => ({ ...asObject(choice), delta: asObject(choice)['message'] }));
    this.#readChunk({ ...rest, choices: asChunks }, batch);
    this.end(batch);
  }

  /** ai& says after the terminal what the call cost, and by what id it knows the call; and what was counted, where no chunk did. */
  readTrailer({ event, data }: SseEvent, batch: EventBatch): void {
    if (this.#cost !== 'trailer' || event !== 'aiand.metadata') return;
    const trailer = parseTrailer(data);
    const providerRequestId = asText(trailer['request_id']);
    if (providerRequestId !== '') batch.add({ type: 'call', providerRequestId });
    batch.addUsage(toChatUsage(asObject(trailer['usage'])));
    addCost(toMicroUsd(trailer['cost_usd']), batch);
  }

  #mayBeText(event: string): boolean {
    return event === '' && this.#finishReason === '';
  }

  #readChunk(chunk: Loose, batch: EventBatch): void {
    if (isPresent(chunk['error'])) throw mapStreamError(chunk['error'], this.#providerName);
    this.#readId(chunk, batch);
    this.#readServed(chunk, batch);
    const choice = firstChoice(chunk['choices']);
    if (choice !== undefined) this.#readChoice(choice, batch);
    // Groq's models of 2025 said it only in a field of their own.
    const usage = chunk['usage'] ?? asObject(chunk['x_groq'])['usage'];
    if (isPresent(usage)) this.#readUsage(asObject(usage), batch);
  }

  #readChoice(choice: Loose, batch: EventBatch): void {
    if (isPresent(choice['error'])) throw mapStreamError(choice['error'], this.#providerName);
    if (this.#finishReason === '') this.#readDelta(asObject(choice['delta']), batch);
    const reason = asText(choice['finish_reason']);
    if (reason === 'error') throw mapStreamError({}, this.#providerName);
    if (this.#finishReason === '') this.#finishReason = reason;
  }

  #readDelta(delta: Loose, batch: EventBatch): void {
    // Some servers send the same reasoning in both fields.
    const reasoning = asText(delta['reasoning_content'] ?? delta['reasoning']);
    if (reasoning !== '') batch.addReasoning(reasoning);
    const { content } = delta;
    if (Array.isArray(content)) readParts(content, batch);
    else if (typeof content === 'string' && content !== '') batch.addText(content);
    const refusal = asText(delta['refusal']);
    if (refusal !== '') {
      this.#hasRefused = true;
      batch.addText(refusal);
    }
  }

  #readId(chunk: Loose, batch: EventBatch): void {
    const id = this.#hasCall ? '' : asText(chunk['id']);
    if (id === '') return;
    this.#hasCall = true;
    batch.add({ type: 'call', providerRequestId: id });
  }

  /** Azure's first chunk names no model, and some say `null`. */
  #readServed(chunk: Loose, batch: EventBatch): void {
    const model = this.#hasServed ? '' : asText(chunk['model']);
    if (model === '') return;
    this.#hasServed = true;
    const by = asText(chunk['provider']);
    batch.add({ type: 'served', model, ...(by === '' ? {} : { by }) });
  }

  #readUsage(usage: Loose, batch: EventBatch): void {
    batch.addUsage(toChatUsage(usage));
    if (this.#cost === 'usage') addCost(toChargedMicroUsd(usage['cost'], usage), batch);
  }

  #finish(batch: EventBatch): void {
    this.hasEnded = true;
    batch.add({ type: 'finish', reason: this.#reason() });
  }

  #reason(): FinishReason {
    if (this.#hasRefused || this.#finishReason === 'content_filter') return 'refused';
    return this.#finishReason === 'length' ? 'length' : 'complete';
  }
}

/** @returns the text of a chunk that says nothing else, which nearly all do */
function textOnly(value: unknown): string | undefined {
  const chunk = asObject(value);
  const { choices, error, usage, x_groq: groq } = chunk;
  if (!Array.isArray(choices) || choices.length !== 1 || isPresent(error ?? usage ?? groq)) return undefined;
  const choice = asObject(choices[0]);
  const { content, reasoning_content: reasoningContent, reasoning, refusal } = asObject(choice['delta']);
  const others = [
    choice['index'] || null,
    choice['error'],
    choice['finish_reason'],
    reasoningContent,
    reasoning,
    refusal,
  ];
  return typeof content === 'string' && !others.some(isPresent) ? content : undefined;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** With `n` > 1 the choices come interleaved; only the first is asked for. */
function firstChoice(choices: unknown): Loose | undefined {
  if (!Array.isArray(choices)) return undefined;
  const first: unknown = choices.find((choice) => (asObject(choice)['index'] ?? 0) === 0);
  return first === undefined ? undefined : asObject(first);
}

/** Mistral's content: text, and thinking that is itself a list of text. */
function readParts(parts: readonly unknown[], batch: EventBatch): void {
  for (const part of parts.map(asObject)) {
    if (part['type'] === 'text') batch.addText(asText(part['text']));
    const thinking: unknown = part['type'] === 'thinking' ? part['thinking'] : undefined;
    if (Array.isArray(thinking))
      for (const piece of thinking) batch.addReasoning(asText(asObject(piece)['text']));
  }
}

function addCost(microUsd: number | undefined, batch: EventBatch): void {
  if (microUsd !== undefined) batch.add({ type: 'cost', microUsd });
}
