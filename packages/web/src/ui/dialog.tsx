import { type PointerEvent, type ReactNode, useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { getAnnouncement, subscribeAnnouncement } from './announcement.ts';
import { Icon } from './icon.tsx';
import { t } from './text.ts';

interface DialogProps {
  title: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
}

/** Whether a press lands beside the dialog: on its backdrop, which is the dialog itself to the browser. */
function isBeside({ target, currentTarget, clientX, clientY }: PointerEvent<HTMLDialogElement>): boolean {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** A modal dialog: the platform keeps the keyboard inside, closes on Esc and gives the keyboard back. */
export function Dialog({ title, onClose, className = '', children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const announcement = useSyncExternalStore(subscribeAnnouncement, getAnnouncement);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The platform would begin with the first button, which closes the dialog.
    element?.querySelector<HTMLElement>('[data-focus-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`modal ${className}`}
      aria-labelledby={titleId}
      onClose={({ target, currentTarget }) => {
        // A dialog within this one is closed by itself; and what was opened again since is open.
        if (target === currentTarget && !currentTarget.open) onClose();
      }}
      onPointerDown={(event) => isBeside(event) && onClose()}
    >
      <header className="mb-4 flex items-center gap-2">
        <h2 id={titleId} className="flex-1 text-lg font-semibold">
          {title}
        </h2>
        <button type="button" className="icon-button -mr-2" aria-label={t('Close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
      {/* The page's own status region is out of reach behind a modal dialog. */}
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </dialog>
  );
}
