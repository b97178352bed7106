import {
  type ManagedUser,
  type ManagedUserChanges,
  type NewManagedUser,
  SluiceError,
  type User,
  managedUserListSchema,
  managedUserSchema,
} from '@sluice/shared';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Panel } from '../ui/panel.tsx';
import { t } from '../ui/text.ts';
import { LimitsForm } from './limits-form.tsx';
import { NewUserForm } from './new-user-form.tsx';
import { useLimits } from './use-limits.ts';
import { UserRow } from './user-row.tsx';

const queryKey = ['admin', 'users'];

/** Everybody with an account here, for those who administer. */
export function UsersPanel({ user: self }: { user: User }) {
  const { connection } = useSession();
  const queries = useQueryClient();
  const [problem, setProblem] = useState('');
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: cursor, signal }) => {
      const page = cursor === null ? '' : `?${new URLSearchParams({ cursor })}`;
      return requestJson(connection, `/api/admin/users${page}`, { schema: managedUserListSchema, signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const { limits, change: changeLimits } = useLimits();
  const refresh = () => queries.invalidateQueries({ queryKey });
  const create = async (body: NewManagedUser) => {
    await requestJson(connection, '/api/admin/users', { schema: managedUserSchema, method: 'POST', body });
    await refresh();
  };
  /** @throws {SluiceError} what the server refused it with */
  const change = async ({ id }: ManagedUser, body: ManagedUserChanges) => {
    const path = `/api/admin/users/${encodeURIComponent(id)}`;
    await requestJson(connection, path, { schema: managedUserSchema, method: 'PATCH', body });
    await refresh();
  };
  const changeOrTell = async (user: ManagedUser, changes: ManagedUserChanges) => {
    setProblem('');
    try {
      await change(user, changes);
    } catch (error) {
      setProblem(
        error instanceof SluiceError ? error.message : t('The server could not be reached. Try again.'),
      );
    }
  };
  return (
    <>
      <Panel title={t('Users')} lead={t('Whoever is disabled is signed out, and their tokens are refused.')}>
        <p role="alert" className="mb-2 text-sm text-danger">
          {problem}
        </p>
        <Loaded query={query} what={t('The users')}>
          {({ pages }) => (
            <ul aria-label={t('Users')} className="rows">
              {pages.flatMap(({ users }) =>
                users.map((user) => (
                  <UserRow
                    key={user.id}
                    user={user}
                    isSelf={user.id === self.id}
                    onChange={(changes) => void changeOrTell(user, changes)}
                    limits={limits}
                    onLimits={changeLimits}
                    onPassword={(password) => change(user, { password })}
                  />
                )),
              )}
            </ul>
          )}
        </Loaded>
        {query.hasNextPage && (
          <button
            type="button"
            className="quiet-button small mt-3"
            disabled={query.isFetching}
            onClick={() => void query.fetchNextPage()}
          >
            {t('Show more')}
          </button>
        )}
      </Panel>
      <Panel
        title={t('Limits for everybody')}
        lead={t(
          'For each person alone, in UTC. Whoever has a limit of their own goes by that one; an empty field is no limit.',
        )}
      >
        <LimitsForm label={t('Limits for everybody')} userId={null} limits={limits} onChange={changeLimits} />
      </Panel>
      <Panel
        title={t('Add a user')}
        lead={t('Tell them the password yourself: they can change it under Account.')}
      >
        <NewUserForm onCreate={create} />
      </Panel>
    </>
  );
}
