import { PublicAddress } from '../http/public-address.ts';

/** One place on the way from the server to people at which a request can be handed in. */
export interface Hop {
  url: URL;
  /** The server itself, with nothing in front. */
  isServer: boolean;
  /** Somebody says that it can be reached from here. */
  isNamed: boolean;
  /** What people type leads here. */
  isLast: boolean;
  /** As a browser would say it, or the proxies further out. */
  host: string;
  /** Of the page. */
  origin: string;
  /** What the proxies further out would say; the outermost is told nothing. */
  forwardedProto: string | undefined;
}

export interface Path {
  /** Where the server listens; undefined where that cannot be known. */
  serverUrl: string | undefined;
  /** From the inside to the outside. */
  urls: readonly string[];
  publicUrl: string;
  /** Somebody says that these can be reached from here. */
  areNamed: boolean;
}

/** @returns the hops in that order, each address once */
export function listHops({ serverUrl, urls, publicUrl, areNamed }: Path): Hop[] {
  const address = new PublicAddress(publicUrl);
  const addresses = [...new Set([serverUrl, ...urls].flatMap((url) => (url ? [new URL(url).origin] : [])))];
  const last = new URL(addresses.at(-1) ?? publicUrl);
  return addresses.map((text, index) => {
    const url = new URL(text);
    const isLast = index === addresses.length - 1;
    const isOwn = address.isOwnHost(url.host) || (isLast && isTyped(url));
    return {
      url,
      isServer: text === (serverUrl && new URL(serverUrl).origin),
      isNamed: areNamed,
      isLast,
      host: isOwn ? url.host : address.url.host,
      origin: address.url.origin,
      forwardedProto: isLast ? undefined : last.protocol.slice(0, -1),
    };
  });
}

/** A name of the internet, and not one of a container or an address: a server of many names looks at it. */
export const isTyped = ({ hostname }: URL) => /\.[a-z][a-z0-9-]*$/i.test(hostname);
