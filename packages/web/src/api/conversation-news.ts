/** What one tab tells the others of a conversation. */
export interface ConversationNews {
  id: string;
  /** Whether it was deleted; else it has changed. */
  isGone: boolean;
}

const channel = new BroadcastChannel('sluice.conversations');

export function tellTabs(news: ConversationNews): void {
  channel.postMessage(news);
}

/** @returns a function that ends it */
export function hearTabs(listener: (news: ConversationNews) => void): () => void {
  const onMessage = ({ data }: MessageEvent<ConversationNews>) => listener(data);
  channel.addEventListener('message', onMessage);
  return () => channel.removeEventListener('message', onMessage);
}
