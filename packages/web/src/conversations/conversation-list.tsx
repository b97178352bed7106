import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type ListedConversation, groupConversations } from './group-conversations.ts';
import { type ListChoice, useConversationList } from './use-conversation-list.ts';

interface ConversationListProps {
  choice: ListChoice;
  isGone: (id: string) => boolean;
  children: (conversation: ListedConversation) => ReactNode;
}

/** The conversations, page by page as they are scrolled to. */
export function ConversationList({ choice, isGone, children }: ConversationListProps) {
  const { query, conversations } = useConversationList(choice);
  const shown = conversations.filter(({ id }) => !isGone(id));
  const isSearch = choice.q !== '';
  if (query.isError && shown.length === 0) {
    return (
      <div className="grid justify-items-start gap-2 px-3 text-sm">
        <p>The conversations could not be loaded.</p>
        <button type="button" className="link-button" onClick={() => void query.refetch()}>
          Try again
        </button>
      </div>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      {isSearch ? (
        <ul aria-label="Found">{shown.map(children)}</ul>
      ) : (
        groupConversations(shown, new Date()).map(({ label, conversations: members }) => (
          <Group key={label} label={label}>
            {members.map(children)}
          </Group>
        ))
      )}
      {query.isSuccess && shown.length === 0 && !query.hasNextPage && (
        <p className="px-3 text-sm text-ink-soft">{emptyText(choice)}</p>
      )}
      <MoreWhenSeen
        isWanted={query.hasNextPage && !query.isFetching}
        onSeen={() => void query.fetchNextPage()}
      />
    </div>
  );
}

function emptyText({ q, archived }: ListChoice): string {
  if (q !== '') return 'Nothing found.';
  return archived ? 'Nothing is archived.' : 'Your conversations will be listed here.';
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  const labelId = useId();
  return (
    <section className="nav-group">
      <h2 id={labelId}>{label}</h2>
      <ul aria-labelledby={labelId}>{children}</ul>
    </section>
  );
}

/** The end of the list: asks for more while it is near enough to be seen. */
function MoreWhenSeen({ isWanted, onSeen }: { isWanted: boolean; onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    if (end.current === null) return;
    const root = end.current.parentElement;
    const observer = new IntersectionObserver(([entry]) => setIsSeen(entry?.isIntersecting === true), {
      root,
      rootMargin: '400px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isSeen && isWanted) onSeen();
  });
  return <div ref={end} className="h-px" />;
}
