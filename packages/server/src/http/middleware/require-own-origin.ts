import { SluiceError } from '@sluice/shared';
import type { RequestHandler } from 'express';
import type { PublicAddress } from '../public-address.ts';

/**
 * Keeps foreign pages from using the refresh cookie. Browsers send Origin with every POST; where the cookie alone would let
 * the caller in, its absence is refused too.
 */
export function requireOwnOrigin(address: PublicAddress, options: { isCookieUsed: boolean }): RequestHandler {
  return (req, _res, next) => {
    const { origin } = req.headers;
    if (origin === undefined ? !options.isCookieUsed : address.isOwnOrigin(origin)) next();
    else next(new SluiceError('origin_not_allowed', { detail: `Origin must be ${address.url.origin}` }));
  };
}
