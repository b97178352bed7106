import type { RunEnd, RunEvent, Usage } from '@sluice/shared';
import { anthropicHead, toAnthropicStop, toAnthropicUsage } from './anthropic-answer.ts';
import { toAnthropicError } from './anthropic-error.ts';
import type { EncodableEvent, Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { eventStreamHeaders } from './event-stream-headers.ts';
import { failureOf } from './failure.ts';
import { parseEvents } from './parse-events.ts';
import { toSluiceExtra } from './to-sluice-extra.ts';
import { wholeCharacters } from './whole-characters.ts';

type BlockType = 'text' | 'thinking';

/** Without its name an event is passed over by Anthropic's SDK. */
const frame = (name: string, fields: object) =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...fields })}\n\n`;

/**
 * Anthropic's events: `message_start`, blocks one after the other, `message_delta`, and `message_stop` only after a whole answer.
 * After any other an `error` event is the last.
 */
export class AnthropicEventEncoder implements Encoder {
  readonly headers = eventStreamHeaders;
  readonly heartbeat = frame('ping', {});
  isCut = true;
  readonly #showsThinking: boolean;
  readonly #characters = { text: wholeCharacters(), thinking: wholeCharacters() };
  #runId = '';
  #model = '';
  #usage: Usage | null = null;
  #error: Extract<RunEvent, { type: 'error' }> | null = null;
  #hasBegun = false;
  /** The block that is being told, and its number. */
  #open: BlockType | null = null;
  #index = -1;

  /**
   * @param options.showsThinking whether thoughts are told, as blocks with an empty signature: only who has asked for them looks
   *   for text elsewhere than in the first block
   */
  constructor({ showsThinking }: { showsThinking: boolean }) {
    this.#showsThinking = showsThinking;
  }

  encode(events: readonly EncodableEvent[]): string {
    const frames = parseEvents(events).map((event) => this.#encodeEvent(event));
    return escapeLineEnds(frames.join(''));
  }

  #encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'run-start':
        this.#runId = event.runId;
        this.#model = event.model;
        return '';
      case 'run-fallback':
        this.#model = event.to;
        return '';
      case 'text-delta':
        return this.#say('text', event.text);
      case 'reasoning-delta':
        return this.#showsThinking ? this.#say('thinking', event.reasoning) : '';
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        this.#error = event;
        return '';
      case 'run-end':
        return this.#end(event);
      case 'run-retry':
      case 'finish':
        return '';
      default:
        return event satisfies never;
    }
  }

  #say(type: BlockType, piece: string): string {
    if (piece === '') return '';
    return this.#begin() + this.#openBlock(type) + this.#delta(type, this.#characters[type].take(piece));
  }

  /** Late, so that it names the model that really answers. */
  #begin(): string {
    if (this.#hasBegun) return '';
    this.#hasBegun = true;
    const message = {
      ...anthropicHead(this.#runId, this.#model),
      content: [],
      ...toAnthropicStop(null),
      usage: toAnthropicUsage(this.#usage),
    };
    return frame('message_start', { message }) + frame('ping', {});
  }

  #openBlock(type: BlockType): string {
    if (this.#open === type) return '';
    const closed = this.#closeBlock();
    this.#open = type;
    this.#index += 1;
    const block = type === 'text' ? { type, text: '' } : { type, thinking: '', signature: '' };
    return closed + frame('content_block_start', { index: this.#index, content_block: block });
  }

  /** Its last half character first, which nothing follows any more. */
  #closeBlock(): string {
    if (this.#open === null) return '';
    const rest = this.#delta(this.#open, this.#characters[this.#open].rest());
    const signature = this.#open === 'thinking' ? this.#deltaOf('signature_delta', { signature: '' }) : '';
    this.#open = null;
    return rest + signature + frame('content_block_stop', { index: this.#index });
  }

  #delta(type: BlockType, piece: string): string {
    return piece === '' ? '' : this.#deltaOf(`${type}_delta`, { [type]: piece });
  }

  #deltaOf(type: string, fields: object): string {
    return frame('content_block_delta', { index: this.#index, delta: { type, ...fields } });
  }

  #end(event: RunEnd): string {
    this.isCut = false;
    const failure = failureOf(event, this.#error);
    if (failure !== null) return this.#closeBlock() + frame('error', toAnthropicError(failure));
    const last = {
      delta: { ...toAnthropicStop(event.reason), container: null },
      usage: toAnthropicUsage(event.usage ?? this.#usage),
      sluice: toSluiceExtra(this.#runId, event.usage, event.cost),
    };
    const begun = this.#begin() + this.#closeBlock();
    return begun + frame('message_delta', last) + frame('message_stop', {});
  }
}
