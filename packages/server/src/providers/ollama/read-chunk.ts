import type { Usage } from '@sluice/shared';
import type { AnswerReader } from '../answer-reader.ts';
import type { EventBatch } from '../event-batch.ts';
import { type Loose, asObject, asText, parseChunk } from '../parse-chunk.ts';
import type { SseEvent } from '../read-sse.ts';
import { tokensOf } from '../read-usage.ts';
import { mapStreamError } from './map-error.ts';

/**
 * Lines of `/api/chat`; the terminal is the one with `done: true`. Its reasons `load` and `unload` say that a model came or went and
 * nothing was answered: that is whole, and empty.
 */
export class OllamaReader implements AnswerReader {
  readonly #providerName: string;
  #hasServed = false;
  hasEnded = false;

  constructor({ providerName }: { providerName: string }) {
    this.#providerName = providerName;
  }

  read({ data }: SseEvent, batch: EventBatch): void {
    if (!this.hasEnded) this.#readLine(parseChunk(data, this.#providerName), batch);
  }

  /** Nothing but `done` says that an answer is whole. */
  end(): void {}

  readWhole(body: unknown, batch: EventBatch): void {
    this.#readLine(asObject(body), batch);
  }

  #readLine(line: Loose, batch: EventBatch): void {
    const { error, message, done, model } = line;
    if (error !== undefined && error !== null) throw mapStreamError(error, this.#providerName);
    const served = this.#hasServed ? '' : asText(line['remote_model']) || asText(model);
    if (served !== '') {
      this.#hasServed = true;
      batch.add({ type: 'served', model: served });
    }
    const { thinking, content } = asObject(message);
    if (asText(thinking) !== '') batch.addReasoning(asText(thinking));
    if (asText(content) !== '') batch.addText(asText(content));
    if (done === true) this.#finish(line, batch);
  }

  #finish(line: Loose, batch: EventBatch): void {
    const usage = toUsage(line);
    if (usage !== undefined) batch.addUsage(usage);
    this.hasEnded = true;
    batch.add({ type: 'finish', reason: line['done_reason'] === 'length' ? 'length' : 'complete' });
  }
}

/** A prompt that is still in the model's cache is not counted at all by some versions: then the count is not the provider's. */
function toUsage({ prompt_eval_count: input, eval_count: output }: Loose): Usage | undefined {
  if (typeof input !== 'number' && typeof output !== 'number') return undefined;
  return {
    inputTokens: tokensOf(input),
    outputTokens: tokensOf(output),
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: typeof input === 'number' && typeof output === 'number' ? 'provider' : 'estimated',
  };
}
