import {
  type CreatedAppToken,
  appTokenListSchema,
  createdAppTokenSchema,
  sendRequest,
  type User,
} from '@sluice/shared';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Panel } from '../ui/panel.tsx';
import { t } from '../ui/text.ts';
import { NewTokenForm } from './new-token-form.tsx';
import { NewTokenNotice } from './new-token-notice.tsx';
import { SnippetsPanel } from './snippets-panel.tsx';
import { TokenRow } from './token-row.tsx';

const queryKey = ['account', 'tokens'];

/** The user's own tokens for apps. */
export function TokensPanel({ user }: { user: User }) {
  const { connection } = useSession();
  const queries = useQueryClient();
  const [created, setCreated] = useState<CreatedAppToken | null>(null);
  const [problem, setProblem] = useState('');
  const canAsk = created?.scopes.includes('chat') === true;
  const refresh = () => queries.invalidateQueries({ queryKey });
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => requestJson(connection, '/api/tokens', { schema: appTokenListSchema, signal }),
  });
  const create = async (body: object) => {
    const request = { schema: createdAppTokenSchema, method: 'POST', body };
    setCreated(await requestJson(connection, '/api/tokens', request));
    await refresh();
  };
  const revoke = async (id: string) => {
    setProblem('');
    await sendRequest(connection, `/api/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch(() =>
      setProblem(t('The token could not be revoked. Try again.')),
    );
    if (created?.id === id) setCreated(null);
    await refresh();
  };
  return (
    <>
      <Panel
        title={t('API tokens')}
        lead={t(
          'For your own apps and scripts. Whoever has a token can use Sluice in your name, so give each app its own.',
        )}
      >
        {created !== null && <NewTokenNotice created={created} onClose={() => setCreated(null)} />}
        <NewTokenForm isAdmin={user.role === 'admin'} onCreate={create} />
        <p role="alert" className="mt-4 text-sm text-danger">
          {problem}
        </p>
        <Loaded query={query} what={t('The tokens')}>
          {({ tokens }) =>
            tokens.length === 0 ? (
              <p className="text-ink-soft">{t('There are no tokens yet.')}</p>
            ) : (
              <ul aria-label={t('Tokens')} className="rows">
                {tokens.map((token) => (
                  <TokenRow key={token.id} token={token} onRevoke={() => void revoke(token.id)} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <SnippetsPanel token={canAsk ? created.token : null} />
    </>
  );
}
