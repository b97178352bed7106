/** The largest body the server takes. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** A part of a file that the server takes in one request. */
interface ImportPart {
  body: string;
  /** Where each of its entries stands in the file. */
  indexes: readonly number[];
}

export interface SplitImport {
  parts: readonly ImportPart[];
  /** Entries that are too large by themselves, by their place in the file. */
  tooLarge: readonly number[];
}

/**
 * Cuts a list of conversations into lists that are small enough.
 * @throws {SyntaxError} when the text is no JSON, or no list
 */
export function splitImport(text: string, maxBytes = MAX_BODY_BYTES): SplitImport {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new SyntaxError('The file is no list of conversations');
  const encoder = new TextEncoder();
  const parts: ImportPart[] = [];
  const tooLarge: number[] = [];
  let bodies: string[] = [];
  let indexes: number[] = [];
  let bytes = 2;
  const close = () => {
    if (bodies.length > 0) parts.push({ body: `[${bodies.join(',')}]`, indexes });
    [bodies, indexes, bytes] = [[], [], 2];
  };
  for (const [index, entry] of entries.entries()) {
    const body = JSON.stringify(entry);
    const size = encoder.encode(body).length + 1;
    if (size + 2 > maxBytes) {
      tooLarge.push(index);
      continue;
    }
    if (bytes + size > maxBytes) close();
    bodies.push(body);
    indexes.push(index);
    bytes += size;
  }
  close();
  return { parts, tooLarge };
}
