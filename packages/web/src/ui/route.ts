/** What an address shows. */
export type Route =
  | { page: 'set-up' }
  | { page: 'share'; shareId: string }
  /** Null: a chat that has not begun. */
  | { page: 'chat'; conversationId: string | null }
  | { page: 'unknown' };

export function readRoute(path: string): Route {
  if (path === '/setup') return { page: 'set-up' };
  if (path === '/') return { page: 'chat', conversationId: null };
  const [, folder, id] = /^\/(c|share)\/([\w-]{1,100})\/?$/.exec(path) ?? [];
  if (folder === undefined || id === undefined) return { page: 'unknown' };
  return folder === 'c' ? { page: 'chat', conversationId: id } : { page: 'share', shareId: id };
}

export function chatPath(conversationId: string | null): string {
  return conversationId === null ? '/' : `/c/${conversationId}`;
}
