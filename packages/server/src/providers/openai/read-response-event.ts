import type { AnswerReader } from '../answer-reader.ts';
import { DeltaTemplate } from '../delta-template.ts';
import type { EventBatch } from '../event-batch.ts';
import { type Loose, asObject, asText, parseChunk } from '../parse-chunk.ts';
import type { ProviderEvent } from '../provider.ts';
import type { SseEvent } from '../read-sse.ts';
import { mapStreamError } from './map-error.ts';
import { toResponseUsage } from './to-usage.ts';

type FinishReason = Extract<ProviderEvent, { type: 'finish' }>['reason'];

/** Between two messages of one answer, such as a commentary and what it comments on; the upstream puts nothing there. */
const BREAK = '\n\n';

/**
 * Events of the Responses API. Its terminals are `response.completed`, `.incomplete` and `.failed`; types this version does not know
 * are skipped, as are those that say again what deltas said.
 */
export class ResponsesReader implements AnswerReader {
  readonly #providerName: string;
  readonly #template = new DeltaTemplate(textOnly);
  #hasCall: boolean;
  #hasServed = false;
  #hasRefused = false;
  /** Which message, and which part of the reasoning, the last delta belonged to. */
  #message: unknown;
  #thought: string | undefined;
  hasEnded = false;

  /** @param options.hasCall whether a header told the id of the call */
  constructor({ providerName, hasCall = false }: { providerName: string; hasCall?: boolean }) {
    this.#providerName = providerName;
    this.#hasCall = hasCall;
  }

  read({ event, data }: SseEvent, batch: EventBatch): void {
    // OpenRouter ends with the sentinel of Chat Completions.
    if (this.hasEnded || data === '[DONE]') return;
    const text = this.#template.match(data);
    if (text !== undefined) {
      batch.addText(text);
      return;
    }
    const chunk = parseChunk(data, this.#providerName);
    this.#readEvent(asText(chunk['type']) || event, chunk, batch);
    const parsed = textOnly(chunk);
    if (parsed !== undefined) this.#template.learn(data, parsed);
  }

  /** Nothing but a terminal says that an answer is whole. */
  end(): void {}

  readWhole(body: unknown, batch: EventBatch): void {
    const response = asObject(body);
    if (!Array.isArray(response['output'])) {
      if (response['error']) throw mapStreamError(response['error'], this.#providerName);
      return;
    }
    this.#readStart(response, batch);
    for (const [index, item] of response['output'].map(asObject).entries())
      this.#readItem(item, index, batch);
    this.#readTerminal(response, batch);
  }

  #readEvent(type: string, chunk: Loose, batch: EventBatch): void {
    switch (type) {
      case 'response.output_text.delta':
        this.#addText(chunk['delta'], chunk['output_index'], batch);
        break;
      case 'response.refusal.delta':
        this.#addRefusal(chunk['delta'], chunk['output_index'], batch);
        break;
      case 'response.reasoning_summary_text.delta':
        this.#addThought(chunk['delta'], [chunk['output_index'], chunk['summary_index']].join('.'), batch);
        break;
      case 'response.reasoning_text.delta':
        this.#addThought(chunk['delta'], [chunk['output_index'], chunk['content_index']].join('.'), batch);
        break;
      case 'response.created':
      case 'response.in_progress':
        this.#readStart(asObject(chunk['response']), batch);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        this.#readTerminal(asObject(chunk['response']), batch);
        break;
      case 'error':
        throw mapStreamError(chunk['error'] ?? chunk, this.#providerName);
    }
  }

  #addText(delta: unknown, message: unknown, batch: EventBatch): void {
    const text = asText(delta);
    if (text === '') return;
    if (this.#message !== undefined && this.#message !== message) batch.addText(BREAK);
    this.#message = message;
    batch.addText(text);
  }

  #addRefusal(delta: unknown, message: unknown, batch: EventBatch): void {
    this.#hasRefused = true;
    this.#addText(delta, message, batch);
  }

  #addThought(delta: unknown, thought: string, batch: EventBatch): void {
    const reasoning = asText(delta);
    if (reasoning === '') return;
    if (this.#thought !== undefined && this.#thought !== thought) batch.addReasoning(BREAK);
    this.#thought = thought;
    batch.addReasoning(reasoning);
  }

  /** An item of a response that comes whole. */
  #readItem(item: Loose, index: number, batch: EventBatch): void {
    const parts = [item['summary'], item['content']].flatMap((list): unknown => list ?? []);
    for (const [at, part] of parts.map(asObject).entries()) {
      if (part['type'] === 'output_text') this.#addText(part['text'], index, batch);
      else if (part['type'] === 'refusal') this.#addRefusal(part['refusal'], index, batch);
      else if (item['type'] === 'reasoning') this.#addThought(part['text'], `${index}.${at}`, batch);
    }
  }

  #readStart(response: Loose, batch: EventBatch): void {
    const id = this.#hasCall ? '' : asText(response['id']);
    if (id !== '') {
      this.#hasCall = true;
      batch.add({ type: 'call', providerRequestId: id });
    }
    const model = this.#hasServed ? '' : asText(response['model']);
    if (model === '') return;
    this.#hasServed = true;
    batch.add({ type: 'served', model });
  }

  #readTerminal(response: Loose, batch: EventBatch): void {
    const { status, usage, error } = response;
    if (error || status === 'failed' || status === 'cancelled') {
      throw mapStreamError(error ?? {}, this.#providerName);
    }
    if (usage) batch.addUsage(toResponseUsage(asObject(usage)));
    this.hasEnded = true;
    batch.add({ type: 'finish', reason: this.#reasonOf(response) });
  }

  #reasonOf({ status, incomplete_details: details }: Loose): FinishReason {
    if (this.#hasRefused) return 'refused';
    if (status !== 'incomplete') return 'complete';
    return asObject(details)['reason'] === 'content_filter' ? 'refused' : 'length';
  }
}

/** @returns the text of an event that says nothing else, which nearly all do */
function textOnly(value: unknown): string | undefined {
  const { type, delta } = asObject(value);
  return type === 'response.output_text.delta' && typeof delta === 'string' ? delta : undefined;
}
