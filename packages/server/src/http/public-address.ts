const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What people type to get here, and all that follows from it. Loopback names, on any port, count as one. */
export class PublicAddress {
  readonly url: URL;
  readonly isSecure: boolean;
  /** Cookies ignore ports: on plain http the name tells two servers of one host apart. */
  readonly refreshCookieName: string;

  constructor(publicUrl: string) {
    this.url = new URL(publicUrl);
    this.isSecure = this.url.protocol === 'https:';
    this.refreshCookieName = this.isSecure
      ? '__Secure-sluice-refresh'
      : `sluice-refresh-${this.url.port || '80'}`;
  }

  /** @param host a Host header */
  isOwnHost(host: string | undefined): boolean {
    return host !== undefined && this.#isOwn(`${this.url.protocol}//${host}`);
  }

  /** @param origin an Origin header */
  isOwnOrigin(origin: string): boolean {
    return this.#isOwn(origin);
  }

  #isOwn(text: string): boolean {
    if (!URL.canParse(text)) return false;
    const other = new URL(text);
    if (other.origin === this.url.origin) return true;
    const areLoopback = loopbackNames.has(this.url.hostname) && loopbackNames.has(other.hostname);
    return areLoopback && other.protocol === this.url.protocol;
  }
}
