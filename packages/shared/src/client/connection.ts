/** Where the server is and how to be let in; every function of the client takes one. */
export interface Connection {
  /** The server's address without a trailing slash; empty in its own page. */
  baseUrl: string;
  /** A JWT of `sluice token create`, or of a session. */
  token?: string;
  /**
   * Asked before each request, instead of `token`. `isExpired` says that the server has just refused the last one as expired:
   * a second refusal is final.
   */
  getToken?: (state: { isExpired: boolean }) => string | Promise<string>;
  /** Replaces the platform's `fetch`, for tests. */
  fetch?: typeof fetch;
}
