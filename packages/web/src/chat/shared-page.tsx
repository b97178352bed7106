import { type SharedConversation, SluiceError, sendRequest, sharedConversationSchema } from '@sluice/shared';
import { useEffect, useState } from 'react';
import { restoreRun } from '../stream/catch-up.ts';
import { BlankState } from '../ui/blank-state.tsx';
import { Mark } from '../ui/mark.tsx';
import { formatDate } from '../ui/format.ts';
import { t } from '../ui/text.ts';
import { ThemeChoice } from '../ui/theme-choice.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';
import { bareModelName } from './composer/model-choice.ts';
import { type Turn, addTurn, emptyTree, joinContinuations, readPath } from './transcript/turn-tree.ts';
import { Turns } from './transcript/turns.tsx';

type State =
  | { status: 'loading' }
  | { status: 'missing' }
  | { status: 'failed' }
  | { status: 'shown'; conversation: SharedConversation };

async function readShare(id: string, signal: AbortSignal): Promise<State> {
  try {
    const response = await sendRequest({ baseUrl: '' }, `/api/shares/${id}`, { signal });
    return { status: 'shown', conversation: sharedConversationSchema.parse(await response.json()) };
  } catch (error) {
    return { status: error instanceof SluiceError && error.code === 'not_found' ? 'missing' : 'failed' };
  }
}

/** A conversation that someone has shared, for whoever has its link. */
export function SharedPage({ id }: { id: string }) {
  const [state, setState] = useState<State>({ status: 'loading' });
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const next = await readShare(id, abort.signal);
      if (!abort.signal.aborted) setState(next);
    };
    void load();
    return () => abort.abort();
  }, [id]);
  usePageTitle(state.status === 'shown' ? (state.conversation.title ?? t('Shared conversation')) : null);
  if (state.status === 'loading') return null;
  return (
    <main className="flex min-h-dvh flex-col">
      {state.status === 'shown' ? <Shown conversation={state.conversation} /> : <Missing {...state} />}
    </main>
  );
}

function Missing({ status }: { status: 'missing' | 'failed' }) {
  return (
    <div className="grid flex-1">
      {status === 'missing' ? (
        <BlankState
          title={t('This link leads nowhere')}
          lead={t('The shared conversation does not exist, or sharing it has ended.')}
        />
      ) : (
        <BlankState
          title={t('The conversation could not be loaded')}
          lead={t('Check the connection and try again.')}
        >
          <button type="button" className="primary-button" onClick={() => location.reload()}>
            {t('Try again')}
          </button>
        </BlankState>
      )}
    </div>
  );
}

function Shown({ conversation }: { conversation: SharedConversation }) {
  const { title, createdAt, messages } = conversation;
  const [shown] = useState(() => joinContinuations(readPath(toTree(messages))));
  const day = formatDate(createdAt, { dateStyle: 'long' });
  return (
    <>
      <header className="column flex flex-wrap items-center justify-between gap-3 border-b border-line py-4">
        <Mark className="size-9 shrink-0" />
        <div className="order-last w-full min-w-0 sm:order-none sm:w-auto sm:flex-1">
          <h1 className="text-lg/6 font-semibold tracking-tight text-balance wrap-anywhere">
            {title ?? t('Shared conversation')}
          </h1>
          <p className="text-sm text-ink-soft">{t('Shared on {day} · read-only', { day })}</p>
        </div>
        <div className="w-27 shrink-0">
          <ThemeChoice />
        </div>
      </header>
      <div role="log" aria-label={t('Conversation')} aria-live="off" className="column flow-root pt-4 pb-16">
        <h2 className="sr-only">{t('Conversation')}</h2>
        <Turns
          shown={shown}
          latest={null}
          isBusy={false}
          editingId={null}
          actions={null}
          modelName={bareModelName}
          conversationId={null}
        />
      </div>
    </>
  );
}

/** One path: each message follows the one before. */
function toTree(messages: SharedConversation['messages']) {
  let tree = emptyTree;
  let parentId: string | null = null;
  for (const message of messages) {
    const { id, role, content, continuesId = null } = message;
    const node = { id, storedId: id, saidAt: null, parentId };
    const turn: Turn =
      role === 'assistant'
        ? { ...node, role, run: restoreRun(message), continuesId }
        : { ...node, role, content };
    tree = addTurn(tree, turn);
    parentId = id;
  }
  return tree;
}
