import { type Conversation, type Share, sendRequest, shareListSchema, shareSchema } from '@sluice/shared';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { branchChoice } from '../api/branch-choice.ts';
import { conversationPath } from '../api/conversation-requests.ts';
import { requestJson } from '../api/request-json.ts';
import { useSession } from '../api/session-context.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../ui/text.ts';
import { titleOf } from './group-conversations.ts';

interface ShareDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function ShareDialog({ conversation, onClose }: ShareDialogProps) {
  const { shares, note, create, revoke, isBusy } = useShares(conversation.id);
  return (
    <Dialog title={t('Share “{title}”', { title: titleOf(conversation) })} onClose={onClose}>
      <p className="text-[0.9375rem] text-ink-soft">
        {t(
          'Whoever has the link can read the conversation as it is now, without signing in. What is said later stays private.',
        )}
      </p>
      <button
        type="button"
        className="primary-button mt-4 w-full"
        disabled={isBusy}
        onClick={() => void create()}
      >
        {t('Create link')}
      </button>
      <p role="status" className="mt-2 min-h-5 text-sm text-ink-soft">
        {note}
      </p>
      {shares.length > 0 && (
        <ul aria-label={t('Links')} className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-2">
          {shares.map((share) => (
            <li
              key={share.id}
              className="flex items-center gap-1 rounded-xl border border-line py-1.5 pr-1.5 pl-3"
            >
              <a
                href={share.url}
                target="_blank"
                rel="noopener"
                className="min-w-0 flex-1 truncate text-sm underline-offset-2 hover:underline"
              >
                {share.url}
              </a>
              <CopyButton label={t('Copy link')} text={share.url} />
              <button
                type="button"
                className="quiet-button h-8 px-3 text-sm"
                disabled={isBusy}
                onClick={() => void revoke(share)}
              >
                {t('Revoke')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function useShares(conversationId: string) {
  const { connection } = useSession();
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [done, setDone] = useState('');
  const path = conversationPath(conversationId, '/shares');
  const queryKey = ['shares', conversationId];
  const { data, isError } = useQuery({
    queryKey,
    queryFn: ({ signal }) => requestJson(connection, path, { schema: shareListSchema, signal }),
  });
  const act = async (work: () => Promise<string>) => {
    setIsBusy(true);
    setDone(await work().catch(() => t('That did not work. Try again.')));
    await queries.invalidateQueries({ queryKey });
    setIsBusy(false);
  };
  const create = () =>
    act(async () => {
      // The branch that was shown last; without one, the newest.
      const messageId = branchChoice(conversationId).read();
      const body = messageId === null ? {} : { messageId };
      const share = await requestJson(connection, path, { schema: shareSchema, method: 'POST', body });
      return (await copyText(share.url)) ? t('Link copied') : t('Link created');
    });
  const revoke = (share: Share) =>
    act(async () => {
      await sendRequest(connection, `/api/shares/${encodeURIComponent(share.id)}`, { method: 'DELETE' });
      return t('Link revoked');
    });
  const note = isError ? t('The links could not be loaded.') : done;
  return { shares: data?.shares ?? [], note, create, revoke, isBusy };
}
