import { useSyncExternalStore } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { type Theme, applyTheme, readTheme, subscribeTheme, themes } from './theme.ts';
import { t } from './text.ts';

const icons: Record<Theme, IconName> = { system: 'screen', light: 'sun', dark: 'moon' };

export function ThemeChoice() {
  const theme = useSyncExternalStore(subscribeTheme, readTheme);
  const labels = { system: t('System theme'), light: t('Light theme'), dark: t('Dark theme') };
  return (
    <fieldset className="flex shrink-0 rounded-full border border-line p-0.5">
      <legend className="sr-only">{t('Theme')}</legend>
      {themes.map((name) => (
        <label key={name} className="theme-option" title={labels[name]}>
          <input
            type="radio"
            name="theme"
            className="sr-only"
            checked={theme === name}
            onChange={() => applyTheme(name)}
            aria-label={labels[name]}
          />
          <Icon name={icons[name]} className="size-4" />
        </label>
      ))}
    </fieldset>
  );
}
