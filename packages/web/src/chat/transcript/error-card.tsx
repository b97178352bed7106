import { type RunFailure, sayFailure } from '../../stream/run-failure.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { t, useLanguage } from '../../ui/text.ts';
import { useCountdown } from './use-countdown.ts';

interface ErrorCardProps {
  failure: RunFailure;
  runId: string | null;
  /** Null while another run goes on. */
  onRetry: (() => void) | null;
}

/** In place of what is missing of an answer: a plain sentence, what to quote when asking for help, and a way on. */
export function ErrorCard({ failure, runId, onRetry }: ErrorCardProps) {
  useLanguage();
  const waitSeconds = useCountdown(failure.retryAfterMs);
  const reference = failure.requestId ?? runId;
  const quoted = [failure.code, reference].filter((part) => part !== null).join(' · ');
  return (
    <div role="alert" className="error-card">
      <Icon name="alert" className="mt-0.5 size-5 shrink-0 text-danger" />
      <div className="error-text">
        <p>{sayFailure(failure)}</p>
        <p className="mt-1 flex items-center gap-1 text-sm text-ink-soft">
          <span className="min-w-0 font-mono text-[0.8125rem] wrap-anywhere">{quoted}</span>
          <CopyButton label={t('Copy error details')} text={quoted} />
        </p>
      </div>
      <button
        type="button"
        className="quiet-button"
        disabled={onRetry === null || waitSeconds > 0}
        onClick={() => onRetry?.()}
      >
        <Icon name="retry" className="size-4" />
        {waitSeconds > 0 ? t('Retry in {seconds} s', { seconds: waitSeconds }) : t('Retry')}
      </button>
    </div>
  );
}
