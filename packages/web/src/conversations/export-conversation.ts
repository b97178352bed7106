import { type Connection, type Conversation, sendRequest } from '@sluice/shared';
import { conversationPath } from '../api/conversation-requests.ts';

const endings = { json: 'json', markdown: 'md' };

/** Has the browser save a conversation as a file. */
export async function exportConversation(
  connection: Connection,
  { id, title }: Conversation,
  format: keyof typeof endings,
): Promise<void> {
  const response = await sendRequest(connection, conversationPath(id, `/export?format=${format}`), {});
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName(title ?? 'conversation')}.${endings[format]}`;
  link.click();
  // The browser has taken hold of the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @returns the title without what file systems refuse */
function fileName(title: string): string {
  const name = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80);
  return name.replace(/^\.+|[. ]+$/g, '') || 'conversation';
}
