// In: scripts and commands. Out: their replies, or `unavailable` at once or after the connection's own deadline.
// Never: a connection: the process has one, and it belongs to the event log.

/** What admission asks of the one connection to Redis. */
export interface RedisCommands {
  readonly isAvailable: boolean;
  /**
   * Runs a Lua script; in the order asked, as everything of one connection.
   * @throws {SluiceError} `unavailable`; it may have run all the same
   */
  run(source: string, input: { keys: string[]; args: string[] }): Promise<unknown>;
  /** One command. @throws {SluiceError} `unavailable`; it may have been done all the same */
  send(key: string, ...command: string[]): Promise<unknown>;
  /** Called whenever Redis is back, before anything else is sent there. */
  onRecovery(recovered: () => void): void;
}
