import type { User } from '@sluice/shared';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useRef, useState, useSyncExternalStore } from 'react';
import { useSession } from './api/session-context.ts';
import { AccountBar } from './auth/account-bar.tsx';
import { type ChatList, createChatList } from './chat/chat-list.ts';
import { ChatView } from './chat/chat-view.tsx';
import { ConversationsNav } from './conversations/conversations-nav.tsx';
import { Icon } from './ui/icon.tsx';
import { Mark } from './ui/mark.tsx';
import { useMedia } from './ui/use-media.ts';

/** The page of someone who is signed in; loaded apart from the sign-in form. */
export function Workspace({ user }: { user: User }) {
  const { connection } = useSession();
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1 } } }));
  const [list] = useState(() => createChatList(connection));
  const { current } = useSyncExternalStore(list.subscribe, list.getState);
  const isWide = useMedia('(min-width: 64rem)');
  return (
    <QueryClientProvider client={queries}>
      <a href="#composer" className="skip-link">
        Skip to the message box
      </a>
      <div className="flex h-dvh">
        {isWide && (
          <aside className="sidebar w-[17rem] border-r border-line">
            <SidebarContent list={list} user={user} />
          </aside>
        )}
        <main className="flex min-w-0 flex-1 flex-col">
          {!isWide && <TopBar list={list} user={user} />}
          <ChatView key={current.id} chat={current} userName={user.name} />
        </main>
      </div>
    </QueryClientProvider>
  );
}

interface SidebarProps {
  list: ChatList;
  user: User;
  /** Called after a chat was chosen. */
  onChosen?: () => void;
}

function SidebarContent({ list, user, onChosen }: SidebarProps) {
  const { chats, current } = useSyncExternalStore(list.subscribe, list.getState);
  const items = chats.flatMap((chat) => {
    const { title } = chat.getState();
    return title === null ? [] : [{ id: chat.id, title }];
  });
  return (
    <>
      <p className="flex items-center gap-2.5 px-3 text-lg font-semibold tracking-tight">
        <Mark className="size-7" />
        Sluice
      </p>
      <ConversationsNav
        items={items}
        currentId={current.id}
        onNew={() => {
          list.startNew();
          onChosen?.();
        }}
        onOpen={(id) => {
          list.open(id);
          onChosen?.();
        }}
      />
      <AccountBar user={user} />
    </>
  );
}

function TopBar({ list, user }: { list: ChatList; user: User }) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2">
      <Drawer>{(close) => <SidebarContent list={list} user={user} onChosen={close} />}</Drawer>
      <p className="flex-1 text-center font-semibold tracking-tight">Sluice</p>
      <button type="button" className="icon-button size-11" aria-label="New chat" onClick={list.startNew}>
        <Icon name="plus" className="size-5" />
      </button>
    </header>
  );
}

/** The sidebar of a narrow page. The platform's own dialog keeps focus inside and closes on Esc. */
function Drawer({ children }: { children: (close: () => void) => ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        className="icon-button size-11"
        aria-label="Open conversations"
        aria-expanded={isOpen}
        onClick={() => {
          setIsOpen(true);
          dialog.current?.showModal();
        }}
      >
        <Icon name="menu" className="size-5" />
      </button>
      <dialog
        ref={dialog}
        className="drawer"
        aria-label="Sidebar"
        onClose={() => setIsOpen(false)}
        // A click beside the panel lands on the dialog itself.
        onClick={({ target, currentTarget }) => target === currentTarget && close()}
      >
        {isOpen && <div className="sidebar h-full">{children(close)}</div>}
      </dialog>
    </>
  );
}
