import type { Snippet } from '@sluice/shared';

type Range = readonly [start: number, end: number];

/** What is `inner` is no Markdown. */
const code: readonly RegExp[] = [
  /(?<open>```+(?: ?[\w-]+ )?)(?<inner>.+?)(?<close>```+)/dg,
  /(?<open>`+)(?<inner>[^`]+)(?<close>\k<open>)/dg,
];

/**
 * What `open` and `close` match is dropped. A snippet's line breaks are spaces: where a line began is not known, so that `-`,
 * `*`, `>` and numbers with a space behind them stay. They may be the words of a sentence.
 */
const marks: readonly RegExp[] = [
  /(?<open>!?\[)[^[\]]+(?<close>\]\([^()\s]*(?:\)|…$))/dg,
  /(?<![\p{N}*])(?<open>\*{2,3})(?=[^\s*]).*?(?<=[^\s*])(?<close>\k<open>)(?!\*)/dgu,
  /(?<![\p{L}\p{N}*])(?<open>\*)(?=[^\s*]).*?(?<=[^\s*])(?<close>\*)(?![\p{L}\p{N}*])/dgu,
  /(?<![\p{L}\p{N}_])(?<open>_{1,3})(?=[^\s_]).*?(?<=[^\s_])(?<close>\k<open>)(?![\p{L}\p{N}_])/dgu,
  /(?<open>~~)(?=[^\s~]).*?(?<=[^\s~])(?<close>~~)/dg,
  // Their other half may be cut off.
  /(?<=^…?|[\s(])(?<open>\*{2,3}|__|~~)(?=[^\s*_~])/dg,
  /(?<=[^\s*_~])(?<close>\*{2,3}|__|~~|\]\(https?:[^()\s]*\))(?=[\s….,:;!?)]|$)/dg,
  /(?<open>`+)/dg,
  // Headings and tables.
  /(?<=^…?|\s)(?<open>#{1,6}\s+)(?=\S)/dg,
  /(?<=^…?|\s)(?<open>(?:\|\s*:?-{2,}:?\s*)+\|?|\|)(?=\s|…?$)/dg,
];

/** @returns the snippet without Markdown's marks, but for those in which something was found */
export function plainSnippet({ text, highlights, messageId }: Snippet): Snippet {
  /** By place: whether the character stays whatever the others say. */
  const isFixed = text.split('').map(() => false);
  const isDropped = isFixed.slice();
  for (const [start, end] of highlights) isFixed.fill(true, start, end);
  for (const pattern of [...code, ...marks]) {
    for (const { indices } of text.matchAll(pattern)) {
      const { open, close, inner } = (indices?.groups ?? {}) as Record<string, Range | undefined>;
      const ends = [open, close].filter((range) => range !== undefined);
      if (ends.some(([start, end]) => isFixed.slice(start, end).includes(true))) continue;
      for (const [start, end] of ends) isDropped.fill(true, start, end);
      if (inner !== undefined) isFixed.fill(true, ...inner);
    }
  }
  const keep = (from: number, to: number) =>
    text
      .split('')
      .filter((_, at) => at >= from && at < to && isDropped[at] === false)
      .join('');
  const place = (at: number) => keep(0, at).length;
  return {
    messageId,
    text: keep(0, text.length),
    highlights: highlights.map(([start, end]): [number, number] => [place(start), place(end)]),
  };
}
