import { cutText } from './cut-text.ts';

const MAX_LENGTH = 60;

/** @returns a prompt's first words as a title, at most 60 characters; null when it has none */
export function makeTitle(prompt: string): string | null {
  const words = prompt.slice(0, 1000).replace(/\s+/gu, ' ').trim();
  if (words === '') return null;
  const cut = cutText(words, MAX_LENGTH);
  if (cut === words) return words;
  const lastSpace = cut.lastIndexOf(' ');
  // A script without spaces, or one endless word, is cut where it is.
  return `${(lastSpace > MAX_LENGTH / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}
