/** A row holds one message or image; what is longer is no line of ours. */
const MAX_LINE_BYTES = 2 ** 28;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a file, each with its line feed, which the last one must have too. A carriage return before it is left out: a
 * terminal between the writer and the file puts one there, and no line of ours has one.
 * @throws {Error} when the file ends within a line, or one has no end
 */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield withoutReturn(Buffer.concat([...pieces, chunk.subarray(start, end + 1)]));
      pieces = [];
      length = 0;
      number += 1;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE_BYTES) throw new Error(`line ${number} is too long for a backup`);
  }
  if (length > 0) throw new Error(`the backup ends within line ${number}: it is cut short`);
}

function withoutReturn(line: Buffer): Buffer {
  if (line.at(-2) !== CARRIAGE_RETURN) return line;
  line[line.length - 2] = LINE_FEED;
  return line.subarray(0, -1);
}
