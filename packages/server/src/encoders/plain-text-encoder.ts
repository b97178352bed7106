import type { RunEvent } from '@sluice/shared';
import type { Encoder } from './encoder.ts';
import { failureOf } from './failure.ts';
import { parseEvents } from './parse-events.ts';
import { wholeCharacters } from './whole-characters.ts';

/** The text and nothing else. It has no words for a failure: unless the answer is whole, the connection is cut after it. */
export function createPlainTextEncoder(): Encoder {
  const text = wholeCharacters();
  let isCut = true;

  function encodeEvent(event: RunEvent): string {
    switch (event.type) {
      case 'text-delta':
        return text.take(event.text);
      case 'run-end':
        isCut = failureOf(event, null) !== null;
        return text.rest();
      case 'run-start':
      case 'reasoning-delta':
      case 'run-retry':
      case 'run-fallback':
      case 'usage':
      case 'finish':
      case 'error':
        return '';
      default:
        return event satisfies never;
    }
  }

  return {
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    },
    heartbeat: undefined,
    encode: (events) => parseEvents(events).map(encodeEvent).join(''),
    get isCut() {
      return isCut;
    },
  };
}
