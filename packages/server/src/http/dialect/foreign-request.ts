import type { ChatRequest, Message } from '@sluice/shared';

/** A request of another dialect, in our words. */
export interface ForeignRequest {
  body: ChatRequest;
  /** What it asks for and does not get, in the caller's words. */
  dropped: readonly string[];
  /** The caller's names of our fields, where they are others. */
  names: ReadonlyMap<string, string>;
}

export type Part = Exclude<Message['content'], string>[number];

/** A part, and where the caller has it. */
export interface NamedPart {
  part: Part;
  field: string;
}
