import { type ModelList, modelListSchema, sendRequest } from '@sluice/shared';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useSession } from './session-context.ts';

export function useModels(): UseQueryResult<ModelList> {
  const { connection } = useSession();
  return useQuery({
    queryKey: ['models'],
    async queryFn({ signal }) {
      const response = await sendRequest(connection, '/api/models', { signal });
      return modelListSchema.parse(await response.json());
    },
    staleTime: 60_000,
  });
}
