import type { Usage } from '@sluice/shared';
import type { AnswerReader } from '../answer-reader.ts';
import type { EventBatch } from '../event-batch.ts';
import { DeltaTemplate } from '../delta-template.ts';
import { type Loose, asObject, asText, parseChunk } from '../parse-chunk.ts';
import type { ProviderEvent } from '../provider.ts';
import type { SseEvent } from '../read-sse.ts';
import { tokensOf } from '../read-usage.ts';
import { mapStreamError } from './map-error.ts';

type FinishReason = Extract<ProviderEvent, { type: 'finish' }>['reason'];

const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'refused'],
]);

/** Events of the Messages API. Its terminal is `message_stop`; blocks and deltas this version does not know are skipped. */
export class AnthropicReader implements AnswerReader {
  readonly #providerName: string;
  readonly #template = new DeltaTemplate(textOnly);
  #hasCall: boolean;
  #hasServed = false;
  #usage: Loose = {};
  #stopReason = '';
  hasEnded = false;

  /** @param options.hasCall whether a header told the id of the call */
  constructor({ providerName, hasCall = false }: { providerName: string; hasCall?: boolean }) {
    this.#providerName = providerName;
    this.#hasCall = hasCall;
  }

  read({ data }: SseEvent, batch: EventBatch): void {
    if (this.hasEnded) return;
    const text = this.#template.match(data);
    if (text === undefined) this.#readChunk(data, batch);
    else batch.addText(text);
  }

  #readChunk(data: string, batch: EventBatch): void {
    const chunk = parseChunk(data, this.#providerName);
    const text = textOnly(chunk);
    if (text !== undefined) {
      this.#template.learn(data, text);
      batch.addText(text);
      return;
    }
    switch (chunk['type']) {
      case 'content_block_delta':
        this.#readDelta(asObject(chunk['delta']), batch);
        break;
      case 'content_block_start':
        this.#readBlock(asObject(chunk['content_block']), batch);
        break;
      case 'message_start':
        this.#readStart(asObject(chunk['message']), batch);
        break;
      case 'message_delta':
        this.#stopReason = asText(asObject(chunk['delta'])['stop_reason']) || this.#stopReason;
        this.#readUsage(chunk['usage'], batch);
        break;
      case 'message_stop':
        this.#finish(batch);
        break;
      case 'error':
        throw mapStreamError(chunk, this.#providerName);
    }
  }

  /** Nothing but `message_stop` says that an answer is whole. */
  end(): void {}

  readWhole(body: unknown, batch: EventBatch): void {
    const message = asObject(body);
    if (message['type'] === 'error') throw mapStreamError(message, this.#providerName);
    if (message['type'] !== 'message') return;
    this.#readStart(message, batch);
    const blocks: unknown = message['content'];
    if (Array.isArray(blocks)) for (const block of blocks) this.#readBlock(asObject(block), batch);
    this.#stopReason = asText(message['stop_reason']);
    this.#readUsage(message['usage'], batch);
    this.#finish(batch);
  }

  #readDelta(delta: Loose, batch: EventBatch): void {
    if (delta['type'] === 'thinking_delta') batch.addReasoning(asText(delta['thinking']));
  }

  /** A block that opens with content, as whole ones do. */
  #readBlock(block: Loose, batch: EventBatch): void {
    if (block['type'] === 'text') batch.addText(asText(block['text']));
    else if (block['type'] === 'thinking') batch.addReasoning(asText(block['thinking']));
  }

  #readStart(message: Loose, batch: EventBatch): void {
    const id = asText(message['id']);
    if (!this.#hasCall && id !== '') {
      this.#hasCall = true;
      batch.add({ type: 'call', providerRequestId: id });
    }
    const model = this.#hasServed ? '' : asText(message['model']);
    if (model !== '') {
      this.#hasServed = true;
      batch.add({ type: 'served', model });
    }
    // `output_tokens` is a placeholder here. The input is already known, and is charged even if the call is stopped.
    this.#readUsage({ ...asObject(message['usage']), output_tokens: 0 }, batch);
  }

  /** Counts are cumulative and may be left out: what is there replaces what was. */
  #readUsage(usage: unknown, batch: EventBatch): void {
    if (typeof usage !== 'object' || usage === null) return;
    const said = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) };
    batch.addUsage(toUsage(this.#usage));
  }

  #finish(batch: EventBatch): void {
    this.hasEnded = true;
    batch.add({ type: 'finish', reason: finishReasons.get(this.#stopReason) ?? 'complete' });
  }
}

/** @returns the text of a chunk that says nothing else, which nearly all do */
function textOnly(value: unknown): string | undefined {
  const chunk = asObject(value);
  if (chunk['type'] !== 'content_block_delta') return undefined;
  const delta = asObject(chunk['delta']);
  return delta['type'] === 'text_delta' ? asText(delta['text']) : undefined;
}

/** Until the output is counted, the figure is not the provider's. */
function toUsage(usage: Loose): Usage {
  const cacheReadTokens = tokensOf(usage['cache_read_input_tokens']);
  const cacheWriteTokens = tokensOf(usage['cache_creation_input_tokens']);
  const outputTokens = tokensOf(usage['output_tokens']);
  return {
    inputTokens: tokensOf(usage['input_tokens']) + cacheReadTokens + cacheWriteTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: tokensOf(asObject(usage['output_tokens_details'])['thinking_tokens']),
    source: outputTokens > 0 ? 'provider' : 'estimated',
  };
}
