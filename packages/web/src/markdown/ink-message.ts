/** What the page and its worker for code and formulas say to each other. Plain data: elements are made by React alone. */

/** Kinds of token, each with a colour of its own in both themes. */
export const inkKinds = [
  'constant',
  'string',
  'comment',
  'keyword',
  'parameter',
  'function',
  'string-expression',
  'punctuation',
  'link',
] as const;

export type InkKind = (typeof inkKinds)[number];

/** A piece of a line, and its kind; null has the colour of prose. */
export type InkSpan = readonly [text: string, kind: InkKind | null];

/** One line of code without its line end. */
export type InkLine = readonly InkSpan[];

/** A formula's element: tag, attributes (`style` by React's names), children. */
export interface FormulaElement {
  tag: string;
  attributes: Readonly<Record<string, string>>;
  style: Readonly<Record<string, string>>;
  children: readonly FormulaNode[];
}

export type FormulaNode = string | FormulaElement;

export type InkRequest =
  /** Whole lines that follow those sent before under this id, without the last line end. */
  | { type: 'code'; id: number; language: string; text: string }
  /** No more code comes under this id. */
  | { type: 'close'; id: number }
  | { type: 'formula'; id: number; tex: string; isDisplay: boolean }
  /** Answered at once, unless the worker hangs. */
  | { type: 'ping' };

export type InkReply =
  | { type: 'lines'; id: number; lines: readonly InkLine[] }
  /** Null: it is no formula. */
  | { type: 'formula'; id: number; node: FormulaNode | null }
  /** It stays without colours. */
  | { type: 'failed'; id: number }
  | { type: 'pong' };
