import { safeImage } from './safe-url.ts';

/**
 * An image a model points at, as a link. Fetching it would tell its host that the answer was read, and whatever the address
 * carries; the page's Content-Security-Policy forbids it too.
 */
export function RemoteImage({ href, alt }: { href: string; alt: string }) {
  const url = safeImage(href);
  const label = alt === '' ? 'image' : alt;
  if (url === null) return <span>{label}</span>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer">
      Open image “{label}” at {url.host}
    </a>
  );
}
