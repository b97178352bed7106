import type { AppTokenList } from '@sluice/shared';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Moment } from '../ui/moment.tsx';
import { t } from '../ui/text.ts';

type AppToken = AppTokenList['tokens'][number];

/** How a token ended; null while it can be used. */
function endOf({ revokedAt, expiresAt }: AppToken): string | null {
  if (revokedAt !== null) return t('Revoked');
  return Date.parse(expiresAt) <= Date.now() ? t('Expired') : null;
}

export function TokenRow({ token, onRevoke }: { token: AppToken; onRevoke: () => void }) {
  const { name, scopes, createdAt, expiresAt, lastUsedAt } = token;
  const end = endOf(token);
  return (
    <li className="row">
      <div className="row-text">
        <p className={`font-medium wrap-anywhere ${end === null ? '' : 'text-ink-soft'}`}>
          {name}
          {end !== null && <span className="badge">{end}</span>}
        </p>
        <p className="text-sm text-ink-soft">
          {scopes.join(', ')} · {t('created')} <Moment at={createdAt} style="day" />
          {end === null && (
            <>
              {' '}
              · {t('expires')} <Moment at={expiresAt} style="day" />
            </>
          )}
          {' · '}
          {lastUsedAt === null ? (
            t('never used')
          ) : (
            <>
              {t('last used')} <Moment at={lastUsedAt} />
            </>
          )}
        </p>
      </div>
      {end === null && (
        <ConfirmButton label={t('Revoke')} confirm={t('Yes, revoke')} about={name} onConfirm={onRevoke} />
      )}
    </li>
  );
}
