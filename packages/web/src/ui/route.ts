const settingsPanels = ['account', 'tokens', 'usage', 'users', 'models'] as const;
export type SettingsPanel = (typeof settingsPanels)[number];

/** What an address shows. */
export type Route =
  | { page: 'set-up' }
  | { page: 'share'; shareId: string }
  /** One's account and what belongs to it: shown over a chat. */
  | { page: 'settings'; panel: SettingsPanel }
  /** Null: a chat that has not begun. */
  | { page: 'chat'; conversationId: string | null }
  | { page: 'unknown' };

export function readRoute(path: string): Route {
  if (path === '/setup') return { page: 'set-up' };
  if (path === '/') return { page: 'chat', conversationId: null };
  const panel = path === '/settings' ? 'account' : readPanel(`#${path.slice(1)}`);
  if (panel !== null) return { page: 'settings', panel };
  const [, folder, id] = /^\/(c|share)\/([\w-]{1,100})\/?$/.exec(path) ?? [];
  if (folder === undefined || id === undefined) return { page: 'unknown' };
  return folder === 'c' ? { page: 'chat', conversationId: id } : { page: 'share', shareId: id };
}

/** @param messageId of the message to show; null for the end */
export function chatPath(conversationId: string | null, messageId: string | null = null): string {
  if (conversationId === null) return '/';
  return messageId === null ? `/c/${conversationId}` : `/c/${conversationId}#m-${messageId}`;
}

/** @returns the message a fragment names; null for none */
export function readMessageId(hash: string): string | null {
  return /^#m-([\w-]{1,100})$/.exec(hash)?.[1] ?? null;
}

/** @returns what a fragment opens over the page; null for nothing */
export function readPanel(hash: string): SettingsPanel | null {
  return settingsPanels.find((panel) => hash === `#${panel}`) ?? null;
}
