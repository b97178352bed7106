import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';
import { leaveHash, menuHash, navigate, useHash } from './navigation.ts';
import { t } from './text.ts';
import { useSwipe } from './use-swipe.ts';

/**
 * The sidebar of a narrow page. The platform's own dialog keeps focus inside and closes on Esc; it has a place in the history, so
 * that going back closes it too; and it can be swiped away.
 */
export function Drawer({ children }: { children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useHash() === menuHash;
  const swipe = useSwipe(dialog, leaveHash);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <>
      <button
        type="button"
        className="icon-button size-11"
        aria-label={t('Open conversations')}
        aria-expanded={isOpen}
        onClick={() => navigate(location.pathname + menuHash)}
      >
        <Icon name="menu" className="size-5" />
      </button>
      <dialog
        ref={dialog}
        className="drawer"
        aria-label={t('Sidebar')}
        // A dialog within it tells of its own end.
        onClose={({ target, currentTarget }) => target === currentTarget && isOpen && leaveHash()}
        // A click beside the panel lands on the dialog itself.
        onClick={({ target, currentTarget }) => target === currentTarget && leaveHash()}
        {...swipe}
      >
        {isOpen && <div className="sidebar h-full">{children}</div>}
      </dialog>
    </>
  );
}
