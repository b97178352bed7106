import type { RunEnd, RunEvent } from '@sluice/shared';
import { aiSdkFinishReason } from './ai-sdk-finish-reason.ts';
import type { EncodableEvent, Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { failureOf } from './failure.ts';
import { mergeDeltas } from './merge-deltas.ts';
import { parseEvents } from './parse-events.ts';
import { metadataAtEnd, metadataAtFallback, metadataAtStart } from './to-answer-metadata.ts';
import { wholeCharacters } from './whole-characters.ts';

/**
 * The data stream of AI SDK 4, a line `CODE:JSON` each: `f` begins a message, `0` is text, `g` reasoning, `8` annotates the message,
 * `e` and `d` finish step and message, `3` is an error and the last. An answer that was stopped has `other` for its finish reason.
 */
export class DataStreamEncoder implements Encoder {
  readonly headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    'x-vercel-ai-data-stream': 'v1',
  };
  /** Clients pass over empty lines. */
  readonly heartbeat = '\n';
  isCut = true;
  readonly #text = wholeCharacters();
  readonly #reasoning = wholeCharacters();
  #error: Extract<RunEvent, { type: 'error' }> | null = null;

  encode(events: readonly EncodableEvent[]): string {
    const frames = mergeDeltas(parseEvents(events)).map((event) => this.#encodeEvent(event));
    return escapeLineEnds(frames.join(''));
  }

  #encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'run-start':
        return line('f', { messageId: event.messageId ?? event.runId }) + line('8', [metadataAtStart(event)]);
      case 'text-delta':
        return said('0', this.#text.take(event.text));
      case 'reasoning-delta':
        return said('g', this.#reasoning.take(event.reasoning));
      case 'run-fallback':
        return line('8', [metadataAtFallback(event)]);
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

  #end(event: RunEnd): string {
    this.isCut = false;
    const rest = said('g', this.#reasoning.rest()) + said('0', this.#text.rest());
    const told = rest + line('8', [metadataAtEnd(event)]);
    const failure = failureOf(event, this.#error);
    const isLeft = event.reason === 'stopped' || event.reason === 'disconnected';
    if (failure !== null && !isLeft) return told + line('3', failure.message);
    const finish = { finishReason: aiSdkFinishReason(event.reason), ...usageOf(event) };
    return told + line('e', { ...finish, isContinued: false }) + line('d', finish);
  }
}

const line = (code: string, value: unknown) => `${code}:${JSON.stringify(value)}\n`;

const said = (code: string, text: string) => (text === '' ? '' : line(code, text));

const usageOf = ({ usage }: RunEnd) =>
  usage === null ? {} : { usage: { promptTokens: usage.inputTokens, completionTokens: usage.outputTokens } };
