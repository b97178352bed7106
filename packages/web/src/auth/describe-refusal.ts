import { SluiceError } from '@sluice/shared';
import { sayError } from '../ui/say-error.ts';
import { t } from '../ui/text.ts';

/** @returns a plain sentence for a refused sign-in or set-up */
export function describeRefusal(error: unknown, credentials: string): string {
  if (!(error instanceof SluiceError))
    return t('The server could not be reached. Check the connection and try again.');
  const { code, details } = error;
  if (code.startsWith('token_')) return credentials;
  if (code === 'rate_limited') {
    const seconds = details.retryAfterMs === undefined ? null : Math.ceil(details.retryAfterMs / 1000);
    return seconds === null
      ? t('Too many attempts. Wait a little.')
      : t('Too many attempts. Try again in {seconds} s.', { seconds });
  }
  if (details.requestId === undefined) return sayError(error);
  return t('{message} (request {id})', { message: sayError(error), id: details.requestId });
}
