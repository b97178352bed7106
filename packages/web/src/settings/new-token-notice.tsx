import type { CreatedAppToken } from '@sluice/shared';
import { useEffect, useRef } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { t } from '../ui/text.ts';

interface NewTokenNoticeProps {
  created: CreatedAppToken;
  onClose: () => void;
}

/** The only time that a token can be read. */
export function NewTokenNotice({ created: { name, token }, onClose }: NewTokenNoticeProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [token]);
  return (
    <div
      ref={box}
      tabIndex={-1}
      role="group"
      aria-label={t('Token “{name}”', { name })}
      className="token-notice"
    >
      <div className="flex items-start gap-2">
        <p className="flex-1">
          <strong>{t('Copy “{name}” now.', { name })}</strong> {t('It is not shown again.')}
        </p>
        <button type="button" className="icon-button" aria-label={t('Put the token away')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div className="mt-2 flex items-center gap-1">
        <code className="token">{token}</code>
        <CopyButton label={t('Copy token')} text={token} />
      </div>
    </div>
  );
}
