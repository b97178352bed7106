import { type AnswerMetadata, type RunEnd, type RunEvent, SSE_HEARTBEAT } from '@sluice/shared';
import { aiSdkFinishReason } from './ai-sdk-finish-reason.ts';
import type { EncodableEvent, Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { eventStreamHeaders } from './event-stream-headers.ts';
import { failureOf } from './failure.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { parseEvents } from './parse-events.ts';
import { metadataAtEnd, metadataAtFallback, metadataAtStart } from './to-answer-metadata.ts';
import { wholeCharacters } from './whole-characters.ts';

type Kind = 'text' | 'reasoning';

/**
 * The UI message stream of the Vercel AI SDK, in the chunks and words that its majors 5, 6 and 7 all take: another one would fail
 * the whole stream there. Only a whole answer has a `finish`; one that was stopped has `abort`, and any other `error`, which must be
 * the last, for clients read nothing after it.
 */
export class UiMessageEncoder implements Encoder {
  readonly headers = { ...eventStreamHeaders, 'x-vercel-ai-ui-message-stream': 'v1' };
  readonly heartbeat = SSE_HEARTBEAT;
  isCut = true;
  /** Clients take no delta for a part that was not begun, and show one that was not ended as being written. */
  #open: { kind: Kind; id: string } | null = null;
  #parts = 0;
  #characters = wholeCharacters();
  #error: Extract<RunEvent, { type: 'error' }> | null = null;

  encode(events: readonly EncodableEvent[]): string {
    const frames = mergeDeltas(parseEvents(events)).map((event) => this.#encodeEvent(event));
    return escapeLineEnds(frames.join(''));
  }

  #encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'run-start': {
        const { messageId = event.runId } = event;
        const start = { type: 'start', messageId, messageMetadata: metadataAtStart(event) };
        return chunk(start) + chunk({ type: 'start-step' });
      }
      case 'text-delta':
        return this.#say('text', event.text);
      case 'reasoning-delta':
        return this.#say('reasoning', event.reasoning);
      case 'run-retry':
        return notice(event);
      case 'run-fallback':
        return notice(event) + metadata(metadataAtFallback(event));
      case 'usage':
        return metadata({ usage: event.usage });
      case 'error':
        this.#error = event;
        return '';
      case 'run-end':
        return this.#end(event);
      case 'finish':
        return '';
      default:
        return event satisfies never;
    }
  }

  #say(kind: Kind, piece: string): string {
    const begin = this.#open?.kind === kind ? '' : this.#close() + this.#begin(kind);
    return begin + this.#delta(this.#characters.take(piece));
  }

  #begin(kind: Kind): string {
    this.#parts += 1;
    this.#open = { kind, id: `${kind}-${this.#parts}` };
    return chunk({ type: `${kind}-start`, id: this.#open.id });
  }

  #delta(delta: string): string {
    if (this.#open === null || delta === '') return '';
    return chunk({ type: `${this.#open.kind}-delta`, id: this.#open.id, delta });
  }

  #close(): string {
    if (this.#open === null) return '';
    const end =
      this.#delta(this.#characters.rest()) + chunk({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = null;
    return end;
  }

  #end(event: RunEnd): string {
    this.isCut = false;
    const said = this.#close();
    const messageMetadata = metadataAtEnd(event);
    const failure = failureOf(event, this.#error);
    if (failure === null) {
      const finishReason = aiSdkFinishReason(event.reason);
      const finish = chunk({ type: 'finish', finishReason, messageMetadata });
      return said + chunk({ type: 'finish-step' }) + finish + DONE;
    }
    const told = said + chunk({ type: 'message-metadata', messageMetadata });
    if (event.reason === 'stopped' || event.reason === 'disconnected') {
      return told + chunk({ type: 'abort', reason: event.detail ?? event.reason }) + DONE;
    }
    return told + chunk({ type: 'error', errorText: failure.message });
  }
}

const DONE = 'data: [DONE]\n\n';

const chunk = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;

const metadata = (messageMetadata: Partial<AnswerMetadata>) =>
  chunk({ type: 'message-metadata', messageMetadata });

/** Goes to `onData`, and into no message. */
const notice = ({ type, ...data }: Extract<RunEvent, { type: 'run-retry' | 'run-fallback' }>) =>
  chunk({ type: `data-${type}`, data, transient: true });
