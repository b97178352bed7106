import type { ConversationList } from '@sluice/shared';
import { t } from '../ui/text.ts';

export type ListedConversation = ConversationList['conversations'][number];

export interface ConversationGroup {
  label: string;
  conversations: readonly ListedConversation[];
}

const ages = ['pinned', 'today', 'yesterday', 'week', 'older'] as const;
type Age = (typeof ages)[number];

/**
 * @param now decides by the clock on the wall, not by hours gone by, what was yesterday
 * @returns the groups that have someone in them
 */
export function groupConversations(
  conversations: readonly ListedConversation[],
  now: Date,
): readonly ConversationGroup[] {
  const startOfDay = (daysAgo: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo).getTime();
  const [today, yesterday, week] = [startOfDay(0), startOfDay(1), startOfDay(7)];
  const ageOf = ({ pinned, updatedAt }: ListedConversation): Age => {
    const at = Date.parse(updatedAt);
    if (pinned) return 'pinned';
    if (at >= today) return 'today';
    if (at >= yesterday) return 'yesterday';
    return at >= week ? 'week' : 'older';
  };
  const groups = Map.groupBy(conversations, ageOf);
  const names: Record<Age, string> = {
    pinned: t('Pinned'),
    today: t('Today'),
    yesterday: t('Yesterday'),
    week: t('Previous 7 days'),
    older: t('Older'),
  };
  return ages.flatMap((age) => {
    const members = groups.get(age);
    return members === undefined ? [] : [{ label: names[age], conversations: members }];
  });
}

export function titleOf({ title }: { title: string | null }): string {
  return title ?? t('Untitled');
}
