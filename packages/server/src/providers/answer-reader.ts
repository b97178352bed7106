import type { EventBatch } from './event-batch.ts';
import type { SseEvent } from './read-sse.ts';

/** One API's way of saying an answer: pure, one per call. Nothing that follows the API's terminal reaches `read`. */
export interface AnswerReader {
  /** The API's terminal was seen, and `finish` is in a batch. */
  readonly hasEnded: boolean;
  /** @throws {SluiceError} what the upstream reports in the stream, and `upstream_error` for data that is not JSON */
  read(event: SseEvent, batch: EventBatch): void;
  /** The body is at its end: the last chance to see that the answer was whole. */
  end(batch: EventBatch): void;
  /** Reads the body of an upstream that did not stream. */
  readWhole(body: unknown, batch: EventBatch): void;
  /** Reads what follows the terminal, for up to two seconds; left out: all of it is dropped. Never throws: the answer is whole. */
  readTrailer?(event: SseEvent, batch: EventBatch): void;
}
