import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { chatPath } from '../ui/route.ts';
import { t } from '../ui/text.ts';
import { type ListedConversation, titleOf } from './group-conversations.ts';
import { plainSnippet } from './plain-snippet.ts';
import { RenameField } from './rename-field.tsx';
import { SnippetText } from './snippet-text.tsx';

interface ConversationItemProps {
  conversation: ListedConversation;
  isCurrent: boolean;
  isAnswering: boolean;
  isMenuOpen: boolean;
  isRenaming: boolean;
  onMenu: (anchor: HTMLElement) => void;
  onStartRename: () => void;
  /** @param title null to leave it as it is */
  onRename: (title: string | null) => void;
  onDelete: () => void;
}

export function ConversationItem({ conversation, isCurrent, ...props }: ConversationItemProps) {
  const title = titleOf(conversation);
  const { snippet } = conversation;
  const link = useRef<HTMLAnchorElement>(null);
  const { isRenaming } = props;
  const wasRenaming = useRef(isRenaming);
  useEffect(() => {
    const hasRenamed = wasRenaming.current && !isRenaming;
    wasRenaming.current = isRenaming;
    // The field that had the keyboard is gone; whoever clicked elsewhere has it there.
    if (hasRenamed && document.activeElement === document.body) link.current?.focus();
  }, [isRenaming]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'F2') props.onStartRename();
    else if (event.key === 'Delete') props.onDelete();
    else return;
    event.preventDefault();
  };
  if (isRenaming) {
    return (
      <li className="nav-item">
        <RenameField title={conversation.title ?? ''} onDone={props.onRename} />
      </li>
    );
  }
  return (
    <li className="nav-item">
      <Link
        ref={link}
        href={chatPath(conversation.id, snippet?.messageId)}
        className="nav-button"
        aria-current={isCurrent ? 'page' : undefined}
        aria-keyshortcuts="F2 Delete"
        title={title}
        onKeyDown={onKeyDown}
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate">
            {snippet?.messageId === null ? <SnippetText snippet={snippet} /> : title}
          </span>
          {snippet !== undefined && snippet.messageId !== null && (
            <span className="snippet">
              <SnippetText snippet={plainSnippet(snippet)} />
            </span>
          )}
        </span>
      </Link>
      {props.isAnswering && (
        <span role="img" aria-label={t('Answering')} title={t('Answering')} className="nav-answering" />
      )}
      <button
        type="button"
        className="icon-button nav-more"
        aria-label={t('Options for {title}', { title })}
        title={t('Options')}
        aria-haspopup="menu"
        aria-expanded={props.isMenuOpen}
        onClick={({ currentTarget }) => props.onMenu(currentTarget)}
      >
        <Icon name="more" />
      </button>
    </li>
  );
}
