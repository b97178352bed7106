import type { User } from '@sluice/shared';
import type { IconName } from '../ui/icon.tsx';
import { navigate } from '../ui/navigation.ts';
import { t } from '../ui/text.ts';
import { applyTheme } from '../ui/theme.ts';

/** Something the palette can do. */
export interface Command {
  id: string;
  label: string;
  icon: IconName;
  run: () => void;
}

export function listCommands(user: User, onNew: () => void): Command[] {
  const open = (panel: string) => () => navigate(location.pathname + `#${panel}`);
  const commands: Command[] = [
    { id: 'new', label: t('New chat'), icon: 'plus', run: onNew },
    { id: 'account', label: t('Settings'), icon: 'gear', run: open('account') },
    { id: 'tokens', label: t('API tokens'), icon: 'link', run: open('tokens') },
    { id: 'usage', label: t('Usage'), icon: 'chart', run: open('usage') },
    { id: 'light', label: t('Light theme'), icon: 'sun', run: () => applyTheme('light') },
    { id: 'dark', label: t('Dark theme'), icon: 'moon', run: () => applyTheme('dark') },
    { id: 'system', label: t('System theme'), icon: 'screen', run: () => applyTheme('system') },
    { id: 'shortcuts', label: t('Keyboard shortcuts'), icon: 'keyboard', run: open('shortcuts') },
  ];
  if (user.role !== 'admin') return commands;
  return [
    ...commands,
    { id: 'users', label: t('Users'), icon: 'people', run: open('users') },
    { id: 'models', label: t('Models'), icon: 'settings', run: open('models') },
  ];
}
