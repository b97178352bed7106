import { type OpenSessionList, openSessionListSchema, sendRequest } from '@sluice/shared';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { t } from '../ui/text.ts';
import { describeBrowser } from './describe-browser.ts';

const queryKey = ['account', 'sessions'];

/** Where the user is signed in. */
export function SessionList() {
  const session = useSession();
  const { connection } = session;
  const queries = useQueryClient();
  const [problem, setProblem] = useState('');
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      requestJson(connection, '/api/me/sessions', { schema: openSessionListSchema, signal }),
  });
  const act = async (work: () => Promise<unknown>) => {
    setProblem('');
    await work().catch(() => setProblem(t('That did not work. Try again.')));
    await queries.invalidateQueries({ queryKey });
  };
  const end = (id: string) =>
    act(() => sendRequest(connection, `/api/me/sessions/${id}`, { method: 'DELETE' }));
  return (
    <Panel
      title={t('Where you are signed in')}
      lead={t('Tokens for apps are listed apart, under API tokens.')}
    >
      <Loaded query={query} what={t('The sessions')}>
        {({ sessions }) => (
          <>
            <ul aria-label={t('Sessions')} className="rows">
              {sessions.map((each) => (
                <SessionRow
                  key={each.id}
                  session={each}
                  onEnd={() => void (each.current ? act(() => session.signOut()) : end(each.id))}
                />
              ))}
            </ul>
            <div className="mt-4 flex flex-wrap items-center gap-3">
              <ConfirmButton
                label={t('Sign out everywhere')}
                confirm={t('Yes, sign out everywhere')}
                onConfirm={() => void act(() => session.signOutEverywhere())}
              />
              <p role="alert" className="text-sm text-danger">
                {problem}
              </p>
            </div>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

interface SessionRowProps {
  session: OpenSessionList['sessions'][number];
  onEnd: () => void;
}

function SessionRow({ session, onEnd }: SessionRowProps) {
  const { userAgent, createdAt, lastUsedAt, current } = session;
  const name = describeBrowser(userAgent);
  return (
    <li className="row">
      <div className="row-text">
        <p className="font-medium">
          {name}
          {current && <span className="badge">{t('This one')}</span>}
        </p>
        <p className="text-sm text-ink-soft">
          {t('Since')} <Moment at={createdAt} />
          {lastUsedAt !== null && (
            <>
              , {t('last used')} <Moment at={lastUsedAt} />
            </>
          )}
        </p>
      </div>
      <button
        type="button"
        className="quiet-button small"
        aria-label={current ? t('Sign out here') : t('End session: {name}', { name })}
        onClick={onEnd}
      >
        {current ? t('Sign out') : t('End session')}
      </button>
    </li>
  );
}
