import { decodeEntities } from './decode-entities.ts';

const marks = /[*_~`\\]/g;
/** Text that looks like an address: `example.com`, `https://example.com/a`. */
const address = /^\s*(?:[a-z][a-z+.-]*:\/\/|www\.|(?=[^\s/]+\.[a-z]{2,}(?:[/?#:\s]|$)))([^\s/?#]+)/i;

/** Host of an address that a text pretends to be, or null. */
function statedHost(text: string): string | null {
  const found = address.exec(decodeEntities(text).replaceAll(marks, ''))?.[1];
  if (found === undefined) return null;
  return URL.parse(`https://${found}`)?.hostname.replace(/^www\./, '') ?? found;
}

/** Where a link really leads, if its text is the address of another place. */
export function LinkHost({ href, text }: { href: string; text: string }) {
  const { hostname, protocol } = new URL(href);
  const stated = statedHost(text);
  if (stated === null || protocol === 'mailto:' || stated === hostname.replace(/^www\./, '')) return null;
  return <span className="link-host"> ({hostname})</span>;
}
