import type { $ZodType } from 'zod/v4/core';

/** The parts of the document, in the order in which they are read. */
export const tags = {
  Chat: 'Ask, follow, resume and stop.',
  'Other dialects': 'The same runs for clients of OpenAI, Anthropic and the Vercel AI SDK.',
  Models: 'Who can be asked.',
  Conversations: 'What was said, and is kept.',
  Usage: 'What was used, and what may be.',
  Account: 'Who one is, and the tokens of one’s apps.',
  Administration: 'Users and limits.',
  Sessions: 'How the page signs in.',
  Server: 'Its health, and this document.',
} as const;

/** What lets a caller in; the same words as docs/protocol.md. */
export type Needs =
  | 'chat'
  | 'history'
  | 'usage'
  | 'session'
  | 'admin session'
  | 'cookie'
  | 'token of its own'
  | 'probe token'
  | 'nothing';

/** One way in which a route answers. */
export interface DescribedAnswer {
  is: string;
  /** Of a JSON answer, or of each event of a stream. */
  schema?: $ZodType;
  /** Left out: `application/json` where there is a schema, else no body. */
  mediaType?: string;
  /** Where it may also come in another form. */
  otherMediaTypes?: readonly string[];
  /** What the body looks like, where a schema cannot say it. */
  example?: string;
}

/** A route, as the document has it. */
export interface DescribedRoute {
  /** As express has it: `GET /api/runs/:id`. */
  route: string;
  tag: keyof typeof tags;
  /** One line. */
  does: string;
  /** What else is to be known, in Markdown. */
  more?: string;
  needs: Needs;
  /** An object of the parameters. */
  query?: $ZodType;
  /** Request headers, with what they are for. */
  headers?: Readonly<Record<string, string>>;
  /** `anything`: any JSON. */
  body?: $ZodType | 'anything';
  /** What a reader may send as it is. */
  example?: unknown;
  /** Those that succeed, by status; refusals are the same everywhere. */
  answers: Readonly<Record<number, DescribedAnswer>>;
  /** The OpenAPI response of every other status; left out: a problem body. */
  refusal?: object;
}
