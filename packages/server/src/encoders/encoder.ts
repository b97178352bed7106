// In: logged events, in order.
// Out: the bytes of one wire format, as text.
// Never: a socket, a clock, or knowledge of who reads.

/** What an encoder needs of a logged event. */
export interface EncodableEvent {
  readonly seq: number;
  readonly json: string;
}

export interface Encoder {
  /** The response headers of this format; written before the first event. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a silent stream is kept alive with; undefined for formats that have no such thing. */
  readonly heartbeat: string | undefined;
  /** @returns the frames of a batch, to be written at once */
  encode(events: readonly EncodableEvent[]): string;
}
