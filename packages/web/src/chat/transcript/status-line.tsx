import { useMemo, useSyncExternalStore } from 'react';
import { isGrowing } from '../../stream/is-growing.ts';
import type { RunStore } from '../../stream/run-store.ts';
import { useOptionalRunView } from '../../stream/use-run.ts';
import { getAnnouncement, subscribeAnnouncement } from '../../ui/announcement.ts';
import { t } from '../../ui/text.ts';
import { readEndReason } from './end-mark.ts';
import { firstSentence } from './first-sentence.ts';
import { readStatus } from './run-status.ts';
import { useElapsedSeconds } from './use-elapsed-seconds.ts';

interface StatusLineProps {
  run: RunStore | null;
  modelName: (id: string) => string;
}

/** The page's one status region: a few announcements per run, never the text itself. */
export function StatusLine({ run, modelName }: StatusLineProps) {
  const view = useOptionalRunView(run);
  const announcement = useSyncExternalStore(subscribeAnnouncement, getAnnouncement);
  const status = view === null ? null : readStatus(view, modelName);
  const elapsed = useElapsedSeconds(view?.startedAtMs ?? 0, status?.showsElapsed === true);
  const isComplete = view !== null && !isGrowing(view) && readEndReason(view) === 'complete';
  const sentence = useMemo(() => (isComplete ? firstSentence(run?.getText() ?? '') : ''), [isComplete, run]);
  const isShown = announcement === '';
  const hasElapsed = isShown && status?.showsElapsed === true && elapsed >= 1;
  return (
    <div role="status" aria-label={t('Status')} className="status-line">
      {isShown ? <span aria-hidden={status?.isSilent || undefined}>{status?.text}</span> : announcement}
      {isShown && sentence !== '' && <span className="sr-only"> {sentence}</span>}
      {/* Seconds are for the eye: read out, they would drown the rest. */}
      {hasElapsed && <span aria-hidden="true">{t('{seconds} s', { seconds: elapsed })}</span>}
    </div>
  );
}
