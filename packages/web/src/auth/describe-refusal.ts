import { SluiceError } from '@sluice/shared';

/** @returns a plain sentence for a refused sign-in or set-up */
export function describeRefusal(error: unknown, credentials: string): string {
  if (!(error instanceof SluiceError))
    return 'The server could not be reached. Check the connection and try again.';
  const { code, details } = error;
  if (code.startsWith('token_')) return credentials;
  if (code === 'rate_limited') {
    const seconds = details.retryAfterMs === undefined ? null : Math.ceil(details.retryAfterMs / 1000);
    return seconds === null
      ? 'Too many attempts. Wait a little.'
      : `Too many attempts. Try again in ${seconds} s.`;
  }
  return details.requestId === undefined ? error.message : `${error.message} (request ${details.requestId})`;
}
