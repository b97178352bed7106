import { type Limit, type LimitChange, limitListSchema } from '@sluice/shared';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';

const queryKey = ['admin', 'limits'];
const path = '/api/admin/limits';
const schema = limitListSchema;

/** Everybody's limits; none while they are not known. */
export function useLimits() {
  const { connection } = useSession();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => requestJson(connection, path, { schema, signal }),
  });
  /** @throws {SluiceError} what the server refused one of them with */
  const change = async (changes: readonly LimitChange[]) => {
    for (const body of changes) {
      queries.setQueryData(queryKey, await requestJson(connection, path, { schema, method: 'PUT', body }));
    }
    await queries.invalidateQueries({ queryKey: ['limits'] });
  };
  const limits: readonly Limit[] = data?.limits ?? [];
  return { limits, change };
}
