import { type RunEvent, SSE_HEARTBEAT } from '@sluice/shared';
import type { Encoder } from './encoder.ts';
import { escapeLineEnds } from './escape-line-ends.ts';
import { eventStreamHeaders } from './event-stream-headers.ts';
import { failureOf } from './failure.ts';
import { parseEvents } from './parse-events.ts';
import { wholeCharacters } from './whole-characters.ts';

/**
 * `{"content":…}` for each piece of text, and `[DONE]` after a whole answer; after any other `{"error":…}`, and no `[DONE]`. The
 * thoughts of a model have no place in it.
 */
export function createContentEncoder(): Encoder {
  const text = wholeCharacters();
  let error: Extract<RunEvent, { type: 'error' }> | null = null;
  let isCut = true;

  function encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'text-delta':
        return content(text.take(event.text));
      case 'error':
        error = event;
        return '';
      case 'run-end': {
        isCut = false;
        const failure = failureOf(event, error);
        const end =
          failure === null ? '[DONE]' : JSON.stringify({ error: failure.message, code: failure.code });
        return `${content(text.rest())}data: ${end}\n\n`;
      }
      case 'run-start':
      case 'reasoning-delta':
      case 'run-retry':
      case 'run-fallback':
      case 'usage':
      case 'finish':
        return '';
      default:
        return event satisfies never;
    }
  }

  return {
    headers: eventStreamHeaders,
    heartbeat: SSE_HEARTBEAT,
    encode: (events) => escapeLineEnds(parseEvents(events).map(encodeEvent).join('')),
    get isCut() {
      return isCut;
    },
  };
}

const content = (text: string) => (text === '' ? '' : `data: ${JSON.stringify({ content: text })}\n\n`);
