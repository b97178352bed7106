/** A map that forgets what was set first when what it holds comes to more than `limit`. */
export class Recent<Value> {
  readonly #limit: number;
  readonly #sizeOf: (value: Value, key: string) => number;
  readonly #entries = new Map<string, { value: Value; size: number }>();
  #total = 0;

  /** @param sizeOf unless given, entries are counted */
  constructor(limit: number, sizeOf: (value: Value, key: string) => number = () => 1) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** What is alone larger than the limit is not kept. */
  set(key: string, value: Value): void {
    this.#forget(key);
    const size = this.#sizeOf(value, key);
    if (size > this.#limit) return;
    this.#entries.set(key, { value, size });
    this.#total += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#total <= this.#limit) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#total -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
