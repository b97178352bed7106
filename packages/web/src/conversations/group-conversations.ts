import type { ConversationList } from '@sluice/shared';

export type ListedConversation = ConversationList['conversations'][number];

export interface ConversationGroup {
  label: string;
  conversations: readonly ListedConversation[];
}

const labels = ['Pinned', 'Today', 'Yesterday', 'Previous 7 days', 'Older'] as const;

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
  const labelOf = ({ pinned, updatedAt }: ListedConversation): (typeof labels)[number] => {
    const at = Date.parse(updatedAt);
    if (pinned) return 'Pinned';
    if (at >= today) return 'Today';
    if (at >= yesterday) return 'Yesterday';
    return at >= week ? 'Previous 7 days' : 'Older';
  };
  const groups = Map.groupBy(conversations, labelOf);
  return labels.flatMap((label) => {
    const members = groups.get(label);
    return members === undefined ? [] : [{ label, conversations: members }];
  });
}

export function titleOf({ title }: { title: string | null }): string {
  return title ?? 'Untitled';
}
