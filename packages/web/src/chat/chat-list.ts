import type { Connection } from '@sluice/shared';
import { type ChatStore, createChat } from './chat-store.ts';

interface ChatListState {
  /** Newest first; only chats that have begun, and the current one. */
  chats: readonly ChatStore[];
  current: ChatStore;
}

/** The chats of this page: they live until it is reloaded or closed. */
export interface ChatList {
  subscribe: (listener: () => void) => () => void;
  getState: () => ChatListState;
  /** Goes to an empty chat: the current one when it is empty, else a new one. */
  startNew: () => void;
  open: (id: string) => void;
}

export function createChatList(connection: Connection): ChatList {
  const listeners = new Set<() => void>();
  let count = 0;

  function set(next: ChatListState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function create(): ChatStore {
    const chat = createChat(`chat-${++count}`, connection);
    let title: string | null = null;
    chat.subscribe(() => {
      if (chat.getState().title === title) return;
      title = chat.getState().title;
      set({ ...state });
    });
    return chat;
  }

  const first = create();
  let state: ChatListState = { chats: [first], current: first };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    startNew() {
      const empty = state.chats.find((chat) => chat.getState().title === null);
      const chat = empty ?? create();
      set({ chats: empty === undefined ? [chat, ...state.chats] : state.chats, current: chat });
    },
    open(id) {
      const chat = state.chats.find((candidate) => candidate.id === id);
      if (chat !== undefined) set({ ...state, current: chat });
    },
  };
}
