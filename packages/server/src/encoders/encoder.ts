// In: logged events, in order.
// Out: the bytes of one wire format, as text.
// Never: a socket, a clock, or knowledge of who reads.

/** What an encoder needs of a logged event. */
export interface EncodableEvent {
  readonly seq: number;
  readonly json: string;
}

/** One that holds what a response has come to is made anew for each. */
export interface Encoder {
  /** The response headers of this format; written before the first event. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a silent stream is kept alive with; undefined for formats that have no such thing. */
  readonly heartbeat: string | undefined;
  /** @returns the frames of a batch, to be written at once; may be empty */
  encode(events: readonly EncodableEvent[]): string;
  /**
   * Looked at once, after the last event: true cuts the connection when all that was said is out, so that the answer cannot look
   * whole. Left out by formats that have words for how an answer ended.
   */
  readonly isCut?: boolean;
}
