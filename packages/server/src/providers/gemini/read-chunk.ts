import { SluiceError, type Usage } from '@sluice/shared';
import type { AnswerReader } from '../answer-reader.ts';
import type { EventBatch } from '../event-batch.ts';
import { type Loose, asObject, asText, parseChunk, parseTrailer } from '../parse-chunk.ts';
import type { ProviderEvent } from '../provider.ts';
import type { SseEvent } from '../read-sse.ts';
import { tokensOf } from '../read-usage.ts';
import { mapStreamError } from './map-error.ts';

type FinishReason = Extract<ProviderEvent, { type: 'finish' }>['reason'];

/** What is not here is `complete`: https://ai.google.dev/api/generate-content#FinishReason */
const finishReasons: Readonly<Record<string, FinishReason | 'failed'>> = {
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'refused',
  RECITATION: 'refused',
  LANGUAGE: 'refused',
  BLOCKLIST: 'refused',
  PROHIBITED_CONTENT: 'refused',
  SPII: 'refused',
  IMAGE_SAFETY: 'refused',
  IMAGE_PROHIBITED_CONTENT: 'refused',
  IMAGE_RECITATION: 'refused',
  MALFORMED_FUNCTION_CALL: 'failed',
  MALFORMED_RESPONSE: 'failed',
  UNEXPECTED_TOOL_CALL: 'failed',
  TOO_MANY_TOOL_CALLS: 'failed',
};

/**
 * Chunks of `streamGenerateContent`. The API has no terminal of its own but `finishReason`, or the reason for which a prompt was blocked.
 *
 * The last chunk that Google sends has both that and the usage: then nothing is missing, and the answer ends at once. A `finishReason`
 * alone may still be followed by the usage, so it counts only at the end of the body. An error that comes after the first kind
 * cannot be told any more; after the second it can, and beats the reason.
 */
export class GeminiReader implements AnswerReader {
  readonly #providerName: string;
  #hasCall = false;
  #hasServed = false;
  #finishReason: FinishReason | undefined;
  hasEnded = false;

  constructor({ providerName }: { providerName: string }) {
    this.#providerName = providerName;
  }

  read({ data }: SseEvent, batch: EventBatch): void {
    // Some gateways add it.
    if (data === '[DONE]') this.end(batch);
    else if (!this.hasEnded) this.#readChunk(parseChunk(data, this.#providerName), batch);
  }

  end(batch: EventBatch): void {
    if (this.#finishReason === undefined || this.hasEnded) return;
    this.hasEnded = true;
    batch.add({ type: 'finish', reason: this.#finishReason });
  }

  /** Without `alt=sse` the chunks are one JSON array. */
  readWhole(body: unknown, batch: EventBatch): void {
    const chunks: readonly unknown[] = Array.isArray(body) ? body : [body];
    for (const chunk of chunks) if (!this.hasEnded) this.#readChunk(asObject(chunk), batch);
    this.end(batch);
  }

  readTrailer({ data }: SseEvent, batch: EventBatch): void {
    readUsage(parseTrailer(data), batch);
  }

  #readChunk(chunk: Loose, batch: EventBatch): void {
    const { error, candidates, promptFeedback } = chunk;
    if (error !== undefined && error !== null) throw mapStreamError(error, this.#providerName);
    this.#readNames(chunk, batch);
    const candidate = firstCandidate(candidates);
    if (this.#finishReason === undefined) readParts(asObject(candidate['content'])['parts'], batch);
    const hasUsage = readUsage(chunk, batch);
    this.#finishReason ??= this.#reasonOf(asText(candidate['finishReason']));
    if (asText(asObject(promptFeedback)['blockReason']) !== '') this.#finishReason ??= 'refused';
    if (hasUsage) this.end(batch);
  }

  #reasonOf(said: string): FinishReason | undefined {
    if (said === '' || said === 'FINISH_REASON_UNSPECIFIED') return undefined;
    const reason = Object.hasOwn(finishReasons, said) ? finishReasons[said] : undefined;
    if (reason !== 'failed') return reason ?? 'complete';
    throw new SluiceError('upstream_error', { detail: `${this.#providerName} broke its answer off` });
  }

  #readNames({ responseId, modelVersion }: Loose, batch: EventBatch): void {
    if (!this.#hasCall && asText(responseId) !== '') {
      this.#hasCall = true;
      batch.add({ type: 'call', providerRequestId: asText(responseId) });
    }
    if (!this.#hasServed && asText(modelVersion) !== '') {
      this.#hasServed = true;
      batch.add({ type: 'served', model: asText(modelVersion) });
    }
  }
}

/** Only one is asked for. */
function firstCandidate(candidates: unknown): Loose {
  if (!Array.isArray(candidates)) return {};
  return asObject(candidates.find((candidate) => (asObject(candidate)['index'] ?? 0) === 0));
}

function readParts(parts: unknown, batch: EventBatch): void {
  for (const { text, thought } of (Array.isArray(parts) ? parts : []).map(asObject)) {
    // A signature comes with an empty text.
    if (asText(text) === '') continue;
    if (thought === true) batch.addReasoning(asText(text));
    else batch.addText(asText(text));
  }
}

/** Counts are cumulative, and on every chunk; some have only the kind of traffic. @returns whether the chunk has counts */
function readUsage({ usageMetadata }: Loose, batch: EventBatch): boolean {
  return batch.addUsage(toUsage(asObject(usageMetadata)));
}

/** Thoughts stand beside the answer in Google's counts, and what tools said beside the prompt; the cache is inside it. */
function toUsage(usage: Loose): Usage {
  const reasoningTokens = tokensOf(usage['thoughtsTokenCount']);
  return {
    inputTokens: tokensOf(usage['promptTokenCount']) + tokensOf(usage['toolUsePromptTokenCount']),
    outputTokens: tokensOf(usage['candidatesTokenCount']) + reasoningTokens,
    cacheReadTokens: tokensOf(usage['cachedContentTokenCount']),
    cacheWriteTokens: 0,
    reasoningTokens,
    source: 'provider',
  };
}
