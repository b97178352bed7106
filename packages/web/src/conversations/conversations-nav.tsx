import { Icon } from '../ui/icon.tsx';

interface ConversationItem {
  id: string;
  title: string;
}

interface ConversationsNavProps {
  items: readonly ConversationItem[];
  currentId: string;
  onNew: () => void;
  onOpen: (id: string) => void;
}

export function ConversationsNav({ items, currentId, onNew, onOpen }: ConversationsNavProps) {
  return (
    <nav aria-label="Conversations" className="flex min-h-0 flex-1 flex-col gap-3">
      <button type="button" className="nav-button font-medium" onClick={onNew}>
        <Icon name="plus" />
        New chat
      </button>
      {items.length > 0 && (
        <ul className="min-h-0 flex-1 overflow-y-auto">
          {items.map(({ id, title }) => (
            <li key={id}>
              <button
                type="button"
                className="nav-button"
                aria-current={id === currentId ? 'page' : undefined}
                title={title}
                onClick={() => onOpen(id)}
              >
                <span className="truncate">{title}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-auto px-3 text-[0.8125rem]/5 text-ink-soft">
        Chats stay in this tab until it is reloaded or closed.
      </p>
    </nav>
  );
}
