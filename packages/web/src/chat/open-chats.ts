import type { Connection } from '@sluice/shared';
import { browserTurns } from '../stream/browser-turns.ts';
import type { ChatOptions } from './chat-state.ts';
import { ChatStore } from './chat-store.ts';

/** Of those that the server has all of: whoever comes back to an older one waits for it as after a reload. */
const MAX_IDLE = 20;

/** The chats this page has looked at last, and all with something that is only here: their runs go on while another one is looked at. */
export interface OpenChats {
  subscribe: (listener: () => void) => () => void;
  /** Whether an answer grows in any of them, looked at or not. */
  isStreaming: () => boolean;
  /** Conversations in which this page has an answer grow; another set whenever that changes. */
  getAnswering: () => ReadonlySet<string>;
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

/** Whether nothing is lost when it is opened anew. */
function isIdle({ getState, images, draft, settings }: ChatStore): boolean {
  const { live, path } = getState();
  const isStored = path.every(({ turn }) => turn.storedId !== null);
  const isKept = draft.isKept() && settings.getState().standing === 'level';
  return live === null && isStored && isKept && images.getState().images.length === 0;
}

export function createOpenChats({ onCreated, ...options }: OpenChatsOptions): OpenChats {
  const listeners = new Set<() => void>();
  const chats = new Map<string, ChatStore>();
  const streaming = new Set<ChatStore>();
  let count = 0;
  let answering: ReadonlySet<string> = new Set();

  const tell = () => {
    answering = new Set(Array.from(chats).flatMap(([id, chat]) => (streaming.has(chat) ? [id] : [])));
    for (const listener of listeners) listener();
  };

  function watch(chat: ChatStore): void {
    chat.subscribe(() => {
      const isLive = chat.getState().live !== null;
      if (isLive === streaming.has(chat)) return;
      if (isLive) streaming.add(chat);
      else streaming.delete(chat);
      tell();
    });
  }

  function keep(conversationId: string, chat: ChatStore): void {
    // The one looked at last stands at the end.
    chats.delete(conversationId);
    chats.set(conversationId, chat);
    if (chats.size <= MAX_IDLE) return;
    const idle = Array.from(chats).filter((entry) => isIdle(entry[1]));
    for (const [id] of idle.slice(0, -MAX_IDLE)) chats.delete(id);
  }

  function create(conversationId: string | null): ChatStore {
    const chat = new ChatStore({
      ...options,
      takeTurn: browserTurns(),
      key: `chat-${++count}`,
      conversationId,
      onCreated(id) {
        const isFresh = chat === fresh;
        keep(id, chat);
        tell();
        if (isFresh) fresh = create(null);
        onCreated(id, isFresh);
      },
    });
    watch(chat);
    return chat;
  }

  let fresh = create(null);

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isStreaming: () => streaming.size > 0,
    getAnswering: () => answering,
    getFresh: () => fresh,
    open(conversationId) {
      const chat = chats.get(conversationId) ?? create(conversationId);
      keep(conversationId, chat);
      return chat;
    },
    startNew() {
      if (fresh.getState().path.length === 0) return;
      fresh.leave();
      fresh = create(null);
      tell();
    },
    close(conversationId) {
      chats.get(conversationId)?.stop();
      chats.delete(conversationId);
    },
  };
}
