import { useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { t } from '../ui/text.ts';
import { titleOf } from './group-conversations.ts';
import type { PendingDeletion, PendingDeletions } from './pending-deletions.ts';

interface UndoBarProps {
  deletions: PendingDeletions;
  onUndone: (deletion: PendingDeletion) => void;
}

/** Takes back the latest deletion, while that is possible. */
export function UndoBar({ deletions, onUndone }: UndoBarProps) {
  const latest = useSyncExternalStore(deletions.subscribe, deletions.getState).at(-1);
  const textId = useId();
  const button = useRef<HTMLButtonElement>(null);
  const id = latest?.conversation.id;
  useEffect(() => {
    if (id === undefined) return;
    // What had the keyboard has just gone; a chat that opens in its place takes it first.
    const frame = requestAnimationFrame(() => button.current?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, [id]);
  if (latest === undefined) return null;
  return (
    <div className="undo-bar">
      <p id={textId} className="min-w-0 flex-1 truncate">
        {t('Deleted “{title}”', { title: titleOf(latest.conversation) })}
      </p>
      <button
        ref={button}
        type="button"
        className="link-button"
        aria-describedby={textId}
        onClick={() => {
          deletions.undo(latest.conversation.id);
          onUndone(latest);
        }}
      >
        {t('Undo')}
      </button>
    </div>
  );
}
