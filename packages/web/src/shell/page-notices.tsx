import { useEffect, useState, useSyncExternalStore } from 'react';
import { Icon } from '../ui/icon.tsx';
import { PageVersion } from '../ui/page-version.ts';
import { t } from '../ui/text.ts';
import { useOnline } from '../ui/use-online.ts';

const version = new PageVersion({
  current: document.querySelector<HTMLScriptElement>('script[type=module]')?.getAttribute('src') ?? '',
  now: Date.now,
  async loadPage() {
    const response = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-cache' });
    return response.text();
  },
});

/** Whoever comes back to the page may find a newer one. */
function useNewerPage(): boolean {
  useEffect(() => {
    const check = () => void (document.visibilityState === 'visible' && version.check());
    document.addEventListener('visibilitychange', check);
    addEventListener('focus', check);
    return () => {
      document.removeEventListener('visibilitychange', check);
      removeEventListener('focus', check);
    };
  }, []);
  return useSyncExternalStore(version.subscribe, version.isOld);
}

/**
 * What concerns the whole page, above everything else in it.
 * @param isStreaming whether an answer grows: nobody is asked to reload the page under it
 */
export function PageNotices({ isStreaming }: { isStreaming: boolean }) {
  const isOnline = useOnline();
  const hasNewer = useNewerPage();
  const [isPutOff, setIsPutOff] = useState(false);
  return (
    <>
      {!isOnline && (
        <p role="alert" className="page-notice">
          {t('You are offline. What you write is kept.')}
        </p>
      )}
      {isOnline && hasNewer && !isStreaming && !isPutOff && (
        <div className="page-notice">
          <p role="alert">{t('There is a new version of this page.')}</p>
          <button type="button" className="link-button" onClick={() => location.reload()}>
            {t('Reload')}
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t('Later')}
            title={t('Later')}
            onClick={() => setIsPutOff(true)}
          >
            <Icon name="close" className="size-4" />
          </button>
        </div>
      )}
    </>
  );
}
