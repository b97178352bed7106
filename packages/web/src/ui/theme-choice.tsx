import { useState } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { type Theme, applyTheme, readTheme, themes } from './theme.ts';

const looks: Record<Theme, { label: string; icon: IconName }> = {
  system: { label: 'System theme', icon: 'screen' },
  light: { label: 'Light theme', icon: 'sun' },
  dark: { label: 'Dark theme', icon: 'moon' },
};

export function ThemeChoice() {
  const [theme, setTheme] = useState(readTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <fieldset className="flex rounded-full border border-line p-0.5">
      <legend className="sr-only">Theme</legend>
      {themes.map((name) => (
        <label key={name} className="theme-option" title={looks[name].label}>
          <input
            type="radio"
            name="theme"
            className="sr-only"
            checked={theme === name}
            onChange={() => choose(name)}
            aria-label={looks[name].label}
          />
          <Icon name={looks[name].icon} className="size-4" />
        </label>
      ))}
    </fieldset>
  );
}
