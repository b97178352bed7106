/** Line ends to readers that split lines as Unicode has them (Python's `splitlines`), though not by the specification of event streams. */
const lineEnds = /[\u0085\u2028\u2029]/g;

/**
 * JSON may say these characters otherwise, and then nothing in a text begins a line for anybody.
 * @param frames whose every value is JSON
 */
export function escapeLineEnds(frames: string): string {
  return frames.replace(lineEnds, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
