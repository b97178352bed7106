import type remend from 'remend';

const options = {
  linkMode: 'text-only',
  // The closed block is lexed without these: doing them to the tail alone would make it jump when it closes.
  katex: false,
  htmlTags: false,
  singleTilde: false,
  comparisonOperators: false,
} as const;

let close: typeof remend | undefined;

/** Loads what closes marks. No part of the first load: there is nothing to close before an answer grows. @throws when the network fails */
export async function loadMarkCloser(): Promise<void> {
  close ??= (await import('remend')).default;
}

/** @returns a line of prose with what stands open in it closed; until the closer is there, as it is */
export function closeMarks(text: string): string {
  return close === undefined ? text : close(text, options);
}
