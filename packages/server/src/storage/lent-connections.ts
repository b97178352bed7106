/** Connections that are out with somebody: who closes a database waits for them, and so for every answer. */
export class LentConnections {
  #count = 0;
  #allBack = Promise.withResolvers<void>();

  /** @param open asks for a connection; until `giveBack` is called it is out, and so is who waits for one */
  async lend<Connection>(open: () => Promise<Connection>): Promise<Connection> {
    this.#count += 1;
    try {
      return await open();
    } catch (error) {
      this.giveBack();
      throw error;
    }
  }

  giveBack(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    this.#allBack.resolve();
    this.#allBack = Promise.withResolvers();
  }

  /** Settles when none is out: at once when none is. */
  async allBack(): Promise<void> {
    if (this.#count > 0) await this.#allBack.promise;
  }
}
