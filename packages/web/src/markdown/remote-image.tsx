import { useEffect, useRef, useState } from 'react';
import { t, useLanguage } from '../ui/text.ts';
import { safeImage } from './safe-url.ts';

/** What the frame's document says of the image in it, in CSS pixels; zeros when it could not be loaded. */
interface FrameSize {
  width: number;
  height: number;
}

const MAX_EDGE = 100_000;

function readSize(value: unknown): FrameSize | null {
  if (typeof value !== 'object' || value === null) return null;
  const { width, height } = value as Partial<Record<keyof FrameSize, unknown>>;
  const isEdge = (edge: unknown): edge is number => typeof edge === 'number' && edge >= 0 && edge < MAX_EDGE;
  return isEdge(width) && isEdge(height) ? { width, height } : null;
}

/**
 * An image a model points at. Fetching it tells its host that the answer was read, and whatever the address carries: it is fetched
 * when the reader says so, and then in a document of its own that can do nothing else. The page itself can load none.
 */
export function RemoteImage({ href, alt }: { href: string; alt: string }) {
  useLanguage();
  const [isAsked, setIsAsked] = useState(false);
  const url = safeImage(href);
  const label = alt === '' ? t('image') : alt;
  if (url === null) return <span>{label}</span>;
  return (
    <span className="image-card">
      {isAsked && <ImageFrame url={url.href} label={label} />}
      <span className="image-bar">
        <span className="image-words">
          <span>{label}</span>
          <span>{url.host}</span>
        </span>
        {!isAsked && (
          <button
            type="button"
            className="quiet-button small"
            title={t('{host} learns that you have read this, and your address', { host: url.host })}
            onClick={() => setIsAsked(true)}
          >
            {t('Load image')}
          </button>
        )}
        <a href={url.href} target="_blank" rel="noopener noreferrer">
          {t('Open in a new tab')}
        </a>
      </span>
    </span>
  );
}

function ImageFrame({ url, label }: { url: string; label: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [size, setSize] = useState<FrameSize | null>(null);
  useEffect(() => {
    const note = ({ source, data }: MessageEvent<unknown>) => {
      if (source === null || source !== frame.current?.contentWindow) return;
      setSize(readSize(data) ?? size);
    };
    window.addEventListener('message', note);
    return () => window.removeEventListener('message', note);
  });
  if (size?.width === 0) return <span className="image-bar">{t('The image could not be loaded.')}</span>;
  return (
    <iframe
      ref={frame}
      className="image-frame"
      title={label}
      // An origin of its own: its document reaches nothing of the page's.
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      src={`/image-frame.html#${encodeURIComponent(url)}`}
      style={size === null ? undefined : { width: size.width, aspectRatio: `${size.width} / ${size.height}` }}
    />
  );
}
