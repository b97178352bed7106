import { SluiceError, type User, errorEntry } from '@sluice/shared';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { dropConversation, refreshConversation } from './api/conversation-cache.ts';
import { tellTabs } from './api/conversation-news.ts';
import { useSession } from './api/session-context.ts';
import { useConversation } from './api/use-conversation.ts';
import { AccountBar } from './auth/account-bar.tsx';
import { ChatView } from './chat/chat-view.tsx';
import { focusComposer } from './chat/focus-composer.ts';
import { type OpenChats, createOpenChats } from './chat/open-chats.ts';
import { useConversationNews } from './conversations/use-conversation-news.ts';
import { ConversationsNav } from './conversations/conversations-nav.tsx';
import type { PendingDeletions } from './conversations/pending-deletions.ts';
import { createDeletions } from './create-deletions.ts';
import { PageNotices } from './shell/page-notices.tsx';
import { PageOverlays } from './shell/page-overlays.tsx';
import { Drawer } from './ui/drawer.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { Icon } from './ui/icon.tsx';
import { Mark } from './ui/mark.tsx';
import { navigate } from './ui/navigation.ts';
import { PageFault } from './ui/page-fault.tsx';
import { chatPath } from './ui/route.ts';
import { useMedia } from './ui/use-media.ts';
import { t } from './ui/text.ts';

function createQueries(): QueryClient {
  const retry = (failures: number, error: Error) =>
    failures < 1 && !(error instanceof SluiceError && !errorEntry(error.code).retryable);
  // A server on this machine is there without a network too.
  return new QueryClient({ defaultOptions: { queries: { retry, networkMode: 'always' } } });
}

interface WorkspaceProps {
  user: User;
  /** Null for a new chat. */
  conversationId: string | null;
}

/** The page of someone who is signed in; loaded apart from the sign-in form. */
export function Workspace({ user, conversationId }: WorkspaceProps) {
  const { connection } = useSession();
  const [queries] = useState(createQueries);
  const [chats] = useState(() =>
    createOpenChats({
      connection,
      onCreated: (id, isFresh) => isFresh && location.pathname === '/' && navigate(chatPath(id)),
      onDiscarded(id) {
        dropConversation(queries, id);
        tellTabs({ id, isGone: true });
      },
      onChanged(id, isOwn) {
        // The list is asked for again when it is looked at again.
        void refreshConversation(queries, connection, id).catch(() => undefined);
        if (isOwn) tellTabs({ id, isGone: false });
      },
    }),
  );
  const [deletions] = useState(() => createDeletions({ connection, queries, chats }));
  const fresh = useSyncExternalStore(chats.subscribe, chats.getFresh);
  const chat = conversationId === null ? fresh : chats.open(conversationId);
  const isStreaming = useSyncExternalStore(chats.subscribe, chats.isStreaming);
  const isWide = useMedia('(min-width: 64rem)');

  useEffect(() => {
    addEventListener('pagehide', deletions.flush);
    return () => removeEventListener('pagehide', deletions.flush);
  }, [deletions]);

  useConversationNews({ connection, queries });
  const onNew = useCallback(() => startNew(chats), [chats]);

  const sidebar = { user, currentId: conversationId, chats, deletions };
  return (
    <QueryClientProvider client={queries}>
      <a href="#composer" className="skip-link">
        {t('Skip to the message box')}
      </a>
      <div className="flex h-dvh">
        {isWide && (
          <aside className="sidebar w-[17rem] border-r border-line">
            <SidebarContent {...sidebar} />
          </aside>
        )}
        <main className="flex min-w-0 flex-1 flex-col">
          <PageNotices isStreaming={isStreaming} />
          {!isWide && <TopBar {...sidebar} />}
          <ErrorBoundary fallback={<PageFault />} resetKey={chat.key}>
            <ChatView key={chat.key} chat={chat} userName={user.name} />
          </ErrorBoundary>
        </main>
      </div>
      <PageOverlays user={user} onNew={onNew} />
    </QueryClientProvider>
  );
}

interface SidebarProps {
  user: User;
  currentId: string | null;
  chats: OpenChats;
  deletions: PendingDeletions;
}

function startNew(chats: OpenChats): void {
  chats.startNew();
  navigate('/');
  focusComposer();
}

function SidebarContent({ user, currentId, chats, deletions }: SidebarProps) {
  const answering = useSyncExternalStore(chats.subscribe, chats.getAnswering);
  return (
    <>
      <p className="flex items-center gap-2.5 px-3 text-lg font-semibold tracking-tight">
        <Mark className="size-7" />
        Sluice
      </p>
      <ConversationsNav
        currentId={currentId}
        deletions={deletions}
        answering={answering}
        onNew={() => startNew(chats)}
      />
      <AccountBar user={user} onSettings={() => navigate(`${location.pathname}#account`)} />
    </>
  );
}

function TopBar(props: SidebarProps) {
  const { data } = useConversation(props.currentId);
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2">
      <Drawer>
        <SidebarContent {...props} />
      </Drawer>
      <p className="min-w-0 flex-1 truncate text-center font-semibold tracking-tight">
        {data?.title ?? 'Sluice'}
      </p>
      <button
        type="button"
        className="icon-button size-11"
        aria-label={t('New chat')}
        onClick={() => startNew(props.chats)}
      >
        <Icon name="plus" className="size-5" />
      </button>
    </header>
  );
}
