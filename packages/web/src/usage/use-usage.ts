import { type UsageReport, usageReportSchema } from '@sluice/shared';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { type UsageRange, dayAfter } from './usage-range.ts';

export interface UsageAsked {
  range: UsageRange;
  /** Everybody's; else one's own. */
  isAll: boolean;
}

export function useUsage({ range, isAll, groupBy }: UsageAsked & { groupBy: UsageReport['groupBy'] }) {
  const { connection } = useSession();
  const asked = new URLSearchParams({
    from: range.from,
    to: dayAfter(range.to),
    groupBy,
    ...(isAll && { user: 'all' }),
  });
  return useQuery({
    queryKey: ['usage', asked.toString()],
    queryFn: ({ signal }) =>
      requestJson(connection, `/api/usage?${asked}`, { schema: usageReportSchema, signal }),
    placeholderData: keepPreviousData,
  });
}
