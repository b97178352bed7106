/** Who asked, and with what: a run ends when that is revoked. */
export interface RunOwner {
  readonly userId: string;
  /** Of the app token. */
  readonly tokenId?: string;
  readonly sessionId?: string;
}
