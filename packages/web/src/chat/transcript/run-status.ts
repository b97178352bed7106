import { formatDuration } from '../../ui/format.ts';
import { t } from '../../ui/text.ts';
import { isGrowing } from '../../stream/is-growing.ts';
import { sayFailure } from '../../stream/run-failure.ts';
import type { RunView } from '../../stream/run-view.ts';
import { readEndReason, sayStopped } from './end-mark.ts';

export interface RunStatus {
  text: string;
  /** Whether the time since the run began belongs behind the text. */
  showsElapsed: boolean;
  /** Whether it is for the eye alone: three announcements are enough for an answer. */
  isSilent: boolean;
}

type NameModel = (id: string) => string;

function readNotice(notice: NonNullable<RunView['notice']>, nameModel: NameModel): string {
  if (notice.type === 'run-fallback') {
    const names = { from: nameModel(notice.from), to: nameModel(notice.to) };
    return t('{from} is not available. Falling back to {to}…', names);
  }
  const { attempt, maxAttempts } = notice;
  const delay = formatDuration(notice.delayMs);
  if (maxAttempts === undefined) return t('Retrying: attempt {attempt} in {delay}', { attempt, delay });
  return t('Retrying: attempt {attempt}/{count} in {delay}', { attempt, count: maxAttempts, delay });
}

function readQueue(queuedFor: NonNullable<RunView['queuedFor']>): string {
  return queuedFor === 'answer'
    ? t('Queued: the last answer is being completed…')
    : t('Queued: waiting for a free connection…');
}

function readEnd(view: RunView): string {
  const reason = readEndReason(view);
  if (reason === 'stopped' || (reason === undefined && view.isStoppedHere)) return sayStopped(view);
  // A failure is told by its own alert.
  if (view.failure !== null) return '';
  if (reason === 'complete') return t('Answer complete');
  return reason === undefined ? '' : t('Answer ended early');
}

/**
 * @param nameModel what people call a model
 * @returns the one line that says what a run is doing; it changes a few times per run, not with the text
 */
export function readStatus(view: RunView, nameModel: NameModel): RunStatus {
  const still = (text: string) => ({ text, showsElapsed: false, isSilent: false });
  const timed = (text: string, isSilent = false) => ({ text, showsElapsed: true, isSilent });
  if (!isGrowing(view)) return still(readEnd(view));
  if (view.isStopping) return still(t('Stopping…'));
  if (view.stopFailure !== null)
    return still(t('Not stopped. {reason}', { reason: sayFailure(view.stopFailure) }));
  if (view.connection === 'reconnecting') return still(t('Reconnecting…'));
  if (view.connection === 'resumed') return still(t('Connection resumed'));
  if (view.phase === 'generating') return still(t('Generating'));
  if (view.queuedFor !== null) return timed(readQueue(view.queuedFor));
  if (view.notice !== null) return still(readNotice(view.notice, nameModel));
  if (view.phase === 'thinking') return timed(t('Thinking…'), true);
  return timed(t('Waiting for {model}…', { model: nameModel(view.model) }));
}
