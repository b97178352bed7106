import { decodeEntities } from './decode-entities.ts';

const linkProtocols = new Set(['http:', 'https:', 'mailto:']);
const imageProtocols = new Set(['http:', 'https:']);

function allowed(href: string, protocols: ReadonlySet<string>): URL | null {
  // Only absolute addresses: a relative one would point into this application.
  const url = URL.parse(decodeEntities(href));
  return url !== null && protocols.has(url.protocol) ? url : null;
}

/** @returns the address a link may lead to, or null: it is then shown as text */
export function safeLink(href: string): string | null {
  return allowed(href, linkProtocols)?.href ?? null;
}

/** @returns the address an image may be loaded from after a click, or null */
export function safeImage(href: string): URL | null {
  return allowed(href, imageProtocols);
}
