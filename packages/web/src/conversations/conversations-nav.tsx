import { Suspense, lazy, useRef, useState, useSyncExternalStore } from 'react';
import { Icon } from '../ui/icon.tsx';
import { loadPatiently } from '../ui/load-patiently.ts';
import { navigate } from '../ui/navigation.ts';
import { chatPath } from '../ui/route.ts';
import { t } from '../ui/text.ts';
import { ConversationItem } from './conversation-item.tsx';
import { ConversationList } from './conversation-list.tsx';
import type { ListedConversation } from './group-conversations.ts';
import { ImportButton } from './import-button.tsx';
import type { PendingDeletions } from './pending-deletions.ts';
import { SearchField } from './search-field.tsx';
import { UndoBar } from './undo-bar.tsx';
import { useConversationActions } from './use-conversation-actions.ts';

// Overlays are no part of the first load.
const ConversationMenu = lazy(async () => ({
  default: (await loadPatiently(() => import('./conversation-menu.tsx'))).ConversationMenu,
}));
const ShareDialog = lazy(async () => ({
  default: (await loadPatiently(() => import('./share-dialog.tsx'))).ShareDialog,
}));

interface ConversationsNavProps {
  currentId: string | null;
  deletions: PendingDeletions;
  /** Ids of those in which an answer grows. */
  answering: ReadonlySet<string>;
  onNew: () => void;
}

interface OpenMenu {
  conversation: ListedConversation;
  anchor: HTMLElement;
}

export function ConversationsNav({ currentId, deletions, answering, onNew }: ConversationsNavProps) {
  useSyncExternalStore(deletions.subscribe, deletions.getState);
  const { act, rename, renamingId, shared, endSharing } = useConversationActions({ deletions, currentId });
  const [q, setQ] = useState('');
  const [archived, setArchived] = useState(false);
  const archiveButton = useRef<HTMLButtonElement>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);

  return (
    <nav aria-label={t('Conversations')} className="flex min-h-0 flex-1 flex-col gap-2">
      <button type="button" className="nav-button font-medium" onClick={onNew}>
        <Icon name="plus" />
        {t('New chat')}
      </button>
      <SearchField onSearch={setQ} />
      {archived && (
        <div>
          <button
            type="button"
            className="nav-button text-ink-soft"
            onClick={() => {
              setArchived(false);
              // The keyboard goes back to where the archive was opened: this button is gone.
              archiveButton.current?.focus();
            }}
          >
            <Icon name="left" className="size-4" />
            {t('All conversations')}
          </button>
          <h2 className="px-3 pt-2 font-semibold">{t('Archived')}</h2>
        </div>
      )}
      <ConversationList choice={{ q, archived }} isGone={deletions.isGone}>
        {(conversation) => (
          <ConversationItem
            key={conversation.id}
            conversation={conversation}
            isCurrent={conversation.id === currentId}
            isAnswering={answering.has(conversation.id)}
            isMenuOpen={menu?.conversation.id === conversation.id}
            isRenaming={renamingId === conversation.id}
            onMenu={(anchor) => setMenu(menu === null ? { conversation, anchor } : null)}
            onStartRename={() => act(conversation, 'rename')}
            onRename={(title) => rename(conversation, title)}
            onDelete={() => act(conversation, 'delete')}
          />
        )}
      </ConversationList>
      <UndoBar
        deletions={deletions}
        onUndone={({ conversation, wasOpen }) => wasOpen && navigate(chatPath(conversation.id))}
      />
      <div className="flex gap-1 text-ink-soft">
        <button
          ref={archiveButton}
          type="button"
          className="foot-button"
          aria-pressed={archived}
          onClick={() => setArchived(!archived)}
        >
          <Icon name="archive" className="size-4" />
          {t('Archived')}
        </button>
        <ImportButton />
      </div>
      <Suspense>
        {menu !== null && (
          <ConversationMenu
            {...menu}
            onAct={(action) => {
              setMenu(null);
              act(menu.conversation, action);
            }}
            onClose={() => setMenu(null)}
          />
        )}
        {shared !== null && <ShareDialog conversation={shared} onClose={endSharing} />}
      </Suspense>
    </nav>
  );
}
