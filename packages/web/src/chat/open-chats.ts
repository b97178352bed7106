import type { Connection } from '@sluice/shared';
import { type ChatOptions, ChatStore } from './chat-store.ts';

/** The chats this page has opened: their runs go on while another one is looked at. */
export interface OpenChats {
  subscribe: (listener: () => void) => () => void;
  /** The chat that has not begun yet, or has not got its conversation yet. */
  getFresh: () => ChatStore;
  open: (conversationId: string) => ChatStore;
  /** Makes sure that the fresh chat is an empty one. */
  startNew: () => void;
  /** Stops what goes on in a conversation, and forgets it. */
  close: (conversationId: string) => void;
}

export interface OpenChatsOptions {
  connection: Connection;
  /** @param isFresh whether the conversation is that of the fresh chat */
  onCreated: (conversationId: string, isFresh: boolean) => void;
  onDiscarded: ChatOptions['onDiscarded'];
  onChanged: ChatOptions['onChanged'];
}

export function createOpenChats({ onCreated, ...options }: OpenChatsOptions): OpenChats {
  const listeners = new Set<() => void>();
  const chats = new Map<string, ChatStore>();
  let count = 0;

  function create(conversationId: string | null): ChatStore {
    const chat = new ChatStore({
      ...options,
      key: `chat-${++count}`,
      conversationId,
      onCreated(id) {
        const isFresh = chat === fresh;
        chats.set(id, chat);
        if (isFresh) fresh = create(null);
        onCreated(id, isFresh);
      },
    });
    return chat;
  }

  let fresh = create(null);

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getFresh: () => fresh,
    open(conversationId) {
      const known = chats.get(conversationId);
      const chat = known ?? create(conversationId);
      if (known === undefined) chats.set(conversationId, chat);
      return chat;
    },
    startNew() {
      if (fresh.getState().path.length === 0) return;
      fresh = create(null);
      for (const listener of listeners) listener();
    },
    close(conversationId) {
      chats.get(conversationId)?.stop();
      chats.delete(conversationId);
    },
  };
}
