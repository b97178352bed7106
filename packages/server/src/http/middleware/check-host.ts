import { SluiceError } from '@sluice/shared';
import type { RequestHandler } from 'express';
import type { PublicAddress } from '../public-address.ts';

/** Refuses names this server does not go by: a page of another name that resolves here (DNS rebinding) gets nothing. */
export function checkHost(address: PublicAddress): RequestHandler {
  return (req, _res, next) => {
    if (address.isOwnHost(req.headers.host)) next();
    else next(new SluiceError('misdirected_request', { detail: 'Host is not the name in PUBLIC_URL' }));
  };
}
