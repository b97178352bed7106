import { SluiceError } from '@sluice/shared';

const MAX_BYTES = 8 * 1024 * 1024;
/** So many pieces are joined to one: a piece is a slice that keeps alive the whole read it was cut from, and a hundred bytes of its own. */
const PIECES_PER_BLOCK = 1024;

/** Bytes that wait for their line end. They are copied twice at most, however many pieces they come in. */
export class PartialLine {
  #blocks: Buffer[] = [];
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @throws {SluiceError} `upstream_too_large` beyond 8 MiB */
  keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > MAX_BYTES) {
      throw new SluiceError('upstream_too_large', {
        detail: 'One event of the upstream is larger than 8 MiB',
      });
    }
    if (this.#pieces.length < PIECES_PER_BLOCK) return;
    this.#blocks.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
  }

  /** @returns what waited, with `last` after it; nothing waits any more */
  take(last: Buffer): Buffer {
    if (this.#bytes === 0) return last;
    const bytes = Buffer.concat([...this.#blocks, ...this.#pieces, last]);
    this.#blocks = [];
    this.#pieces = [];
    this.#bytes = 0;
    return bytes;
  }
}
