import type { User } from '@sluice/shared';
import { useSession } from '../api/session-context.ts';
import { announce } from '../ui/announcement.ts';
import { Icon } from '../ui/icon.tsx';
import { ThemeChoice } from '../ui/theme-choice.tsx';

export function AccountBar({ user }: { user: User }) {
  const session = useSession();
  const signOut = () => {
    session.signOut().catch(() => announce('Signing out failed: the server could not be reached'));
  };
  return (
    <div className="grid gap-3 border-t border-line px-3 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1 text-[0.9375rem]/5">
          {user.name !== null && <p className="truncate font-medium">{user.name}</p>}
          <p className="truncate text-[0.8125rem] text-ink-soft">{user.email}</p>
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label="Sign out"
          title="Sign out"
          onClick={signOut}
        >
          <Icon name="leave" />
        </button>
      </div>
      <ThemeChoice />
    </div>
  );
}
