import { useState } from 'react';
import { safeImage } from './safe-url.ts';

type State = 'asked' | 'loading' | 'failed';

/**
 * An image a model points at. Fetching it tells its host that the answer was read, and whatever the address carries, so that
 * takes a click.
 */
export function RemoteImage({ href, alt }: { href: string; alt: string }) {
  const [state, setState] = useState<State>('asked');
  const url = safeImage(href);
  const label = alt === '' ? 'image' : alt;
  if (url === null) return <span>{label}</span>;
  if (state === 'loading') {
    return <img src={url.href} alt={alt} referrerPolicy="no-referrer" onError={() => setState('failed')} />;
  }
  if (state === 'failed') {
    return (
      <a href={url.href} target="_blank" rel="noopener noreferrer">
        Open “{label}” at {url.host}
      </a>
    );
  }
  return (
    <button type="button" className="image-button" onClick={() => setState('loading')}>
      Load image “{label}” from {url.host}
    </button>
  );
}
