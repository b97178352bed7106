import type { ReactNode } from 'react';
import { t } from './text.ts';

interface LoadedProps<Value> {
  query: { data: Value | undefined; isError: boolean; refetch: () => unknown };
  /** What is loaded, as the subject of a sentence. */
  what: string;
  children: (value: Value) => ReactNode;
}

/** What a request brought; until then, or in its place, what became of it. */
export function Loaded<Value>({ query, what, children }: LoadedProps<Value>) {
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return <p className="late text-ink-soft">{t('Loading…')}</p>;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3">
      <p>{t('{what} could not be loaded.', { what })}</p>
      <button type="button" className="quiet-button small" onClick={() => void query.refetch()}>
        {t('Try again')}
      </button>
    </div>
  );
}
