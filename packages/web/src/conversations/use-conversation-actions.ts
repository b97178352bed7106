import { useState } from 'react';
import { useSession } from '../api/session-context.ts';
import { tellUnsaved, useChangeConversation } from '../api/use-change-conversation.ts';
import { announce } from '../ui/announcement.ts';
import { navigate } from '../ui/navigation.ts';
import { t } from '../ui/text.ts';
import type { ConversationAction } from './conversation-menu.tsx';
import { exportConversation } from './export-conversation.ts';
import type { ListedConversation } from './group-conversations.ts';
import type { PendingDeletions } from './pending-deletions.ts';

interface ActionsOptions {
  deletions: PendingDeletions;
  /** Of the conversation that is looked at. */
  currentId: string | null;
}

/** What a conversation's menu does, and what it has begun: a title being changed, a dialog. */
export function useConversationActions({ deletions, currentId }: ActionsOptions) {
  const { connection } = useSession();
  const changeConversation = useChangeConversation();
  const [renamingId, setRenamingId] = useState<string | null>(null);
  const [shared, setShared] = useState<ListedConversation | null>(null);

  const change: typeof changeConversation = (conversation, changes) =>
    changeConversation(conversation, changes).catch(tellUnsaved);
  const save = (conversation: ListedConversation, format: 'markdown' | 'json') => {
    exportConversation(connection, conversation, format).catch(() => announce(t('The export failed')));
  };
  const remove = (conversation: ListedConversation) => {
    const wasOpen = conversation.id === currentId;
    deletions.add({ conversation, wasOpen });
    if (wasOpen) navigate('/');
  };
  const act = (conversation: ListedConversation, action: ConversationAction) => {
    switch (action) {
      case 'rename':
        return setRenamingId(conversation.id);
      case 'pin':
        return void change(conversation, { pinned: !conversation.pinned });
      case 'archive':
        return void change(conversation, { archived: !conversation.archived });
      case 'share':
        return setShared(conversation);
      case 'export-markdown':
        return save(conversation, 'markdown');
      case 'export-json':
        return save(conversation, 'json');
      case 'delete':
        return remove(conversation);
      default:
        return action satisfies never;
    }
  };
  /** @param title null to leave it as it is */
  const rename = (conversation: ListedConversation, title: string | null) => {
    setRenamingId(null);
    if (title !== null) void change(conversation, { title });
  };
  return { act, rename, renamingId, shared, endSharing: () => setShared(null) };
}
