import { useEffect, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { t } from '../ui/text.ts';

/** The words are asked for when typing has paused. */
const PAUSE_MS = 80;

export function SearchField({ onSearch }: { onSearch: (words: string) => void }) {
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => onSearch(typed.trim()), typed === '' ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onSearch]);
  return (
    <div className="search-field">
      <Icon name="search" className="size-4 shrink-0" />
      <input
        type="search"
        aria-label={t('Search conversations')}
        placeholder={t('Search')}
        autoComplete="off"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  );
}
