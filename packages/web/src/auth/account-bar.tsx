import type { User } from '@sluice/shared';
import { useSession } from '../api/session-context.ts';
import { announce } from '../ui/announcement.ts';
import { Icon } from '../ui/icon.tsx';
import { LanguageChoice } from '../ui/language-choice.tsx';
import { ThemeChoice } from '../ui/theme-choice.tsx';
import { t } from '../ui/text.ts';

interface AccountBarProps {
  user: User;
  onSettings: () => void;
}

export function AccountBar({ user, onSettings }: AccountBarProps) {
  const session = useSession();
  const signOut = () => {
    session.signOut().catch(() => announce(t('Signing out failed: the server could not be reached')));
  };
  return (
    <div className="grid gap-3 border-t border-line pt-3">
      <div className="flex items-center gap-1">
        <button
          type="button"
          className="account-button"
          title={t('Settings')}
          aria-haspopup="dialog"
          onClick={onSettings}
        >
          <span className="min-w-0 flex-1 text-[0.9375rem]/5">
            <span className="sr-only">{t('Settings')}: </span>
            {user.name !== null && <span className="block truncate font-medium">{user.name}</span>}
            <span className="block truncate text-[0.8125rem] text-ink-soft">{user.email}</span>
          </span>
          <Icon name="gear" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('Sign out')}
          title={t('Sign out')}
          onClick={signOut}
        >
          <Icon name="leave" />
        </button>
      </div>
      <div className="flex items-center justify-between gap-2 px-3">
        <ThemeChoice />
        <LanguageChoice />
      </div>
    </div>
  );
}
