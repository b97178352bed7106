import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { t } from '../ui/text.ts';
import { type ListedConversation, groupConversations } from './group-conversations.ts';
import { rowsHeight, useRowWindow } from './use-row-window.ts';
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
  const isEmpty = shown.length === 0;
  return (
    // Another list begins at its top, wherever the one before was scrolled to.
    <div
      key={`${choice.archived} ${choice.q}`}
      data-scrolls
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
    >
      {isSearch ? (
        <ul aria-label={t('Found')}>{shown.map(children)}</ul>
      ) : (
        groupConversations(shown, new Date()).map(({ label, conversations: members }) => (
          <Group key={label} label={label} members={members}>
            {children}
          </Group>
        ))
      )}
      {query.isPending && <p className="late px-3 text-sm text-ink-soft">{t('Loading…')}</p>}
      {query.isSuccess && isEmpty && !query.hasNextPage && (
        <p className="px-3 text-sm text-ink-soft">{emptyText(choice)}</p>
      )}
      {query.isError && (isEmpty || query.isFetchNextPageError) && (
        <Failure
          text={isEmpty ? t('The conversations could not be loaded.') : t('The others could not be loaded.')}
          onRetry={() => void (isEmpty ? query.refetch() : query.fetchNextPage())}
        />
      )}
      <MoreWhenSeen
        isWanted={query.hasNextPage && !query.isFetching && !query.isFetchNextPageError}
        onSeen={() => void query.fetchNextPage()}
      />
    </div>
  );
}

function emptyText({ q, archived }: ListChoice): string {
  if (q !== '') return t('Nothing found.');
  return archived ? t('Nothing is archived.') : t('Your conversations will be listed here.');
}

function Failure({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div role="alert" className="grid justify-items-start gap-1 px-3 py-2 text-sm">
      <p>{text}</p>
      <button type="button" className="link-button" onClick={onRetry}>
        {t('Try again')}
      </button>
    </div>
  );
}

interface GroupProps {
  label: string;
  members: readonly ListedConversation[];
  children: (conversation: ListedConversation) => ReactNode;
}

/** Only those near enough to be seen are drawn: there may be ten thousand. */
function Group({ label, members, children }: GroupProps) {
  const labelId = useId();
  const list = useRef<HTMLUListElement>(null);
  const { start, end } = useRowWindow(list, members.length);
  return (
    <section className="nav-group">
      <h2 id={labelId}>{label}</h2>
      <ul ref={list} aria-labelledby={labelId}>
        <Gap rows={start} />
        {members.slice(start, end).map(children)}
        <Gap rows={members.length - end} />
      </ul>
    </section>
  );
}

function Gap({ rows }: { rows: number }) {
  return rows > 0 && <li aria-hidden="true" style={{ height: rowsHeight(rows) }} />;
}

/** The end of the list: asks for more while it is near enough to be seen. */
function MoreWhenSeen({ isWanted, onSeen }: { isWanted: boolean; onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    if (end.current === null) return;
    const root = end.current.parentElement;
    // Several may have been noted since the last call: the last one is how it is.
    const note = (entries: readonly IntersectionObserverEntry[]) =>
      setIsSeen(entries.at(-1)?.isIntersecting === true);
    const observer = new IntersectionObserver(note, { root, rootMargin: '400px' });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isSeen && isWanted) onSeen();
  });
  return <div ref={end} className="h-px" />;
}
