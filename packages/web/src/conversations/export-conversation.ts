import { type Connection, type Conversation, sendRequest } from '@sluice/shared';
import { conversationPath } from '../api/conversation-requests.ts';
import { saveFile } from '../ui/save-file.ts';

const endings = { json: 'json', markdown: 'md' };

/** Has the browser save a conversation as a file. */
export async function exportConversation(
  connection: Connection,
  { id, title }: Conversation,
  format: keyof typeof endings,
): Promise<void> {
  const response = await sendRequest(connection, conversationPath(id, `/export?format=${format}`), {});
  saveFile(`${fileName(title ?? 'conversation')}.${endings[format]}`, await response.blob());
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
