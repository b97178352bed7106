import {
  type LoginRequest,
  type SetupRequest,
  SluiceError,
  loginRequestSchema,
  setupRequestSchema,
} from '@sluice/shared';
import { type CookieOptions, type Request, type RequestHandler, type Response, Router } from 'express';
import * as z from 'zod';
import type { Auth, SignedIn } from '../../auth/auth.ts';
import { readBody } from '../middleware/read-body.ts';
import { requireOwnOrigin } from '../middleware/require-own-origin.ts';
import { callerOf } from '../caller-of.ts';
import type { PublicAddress } from '../public-address.ts';

export interface AuthRouterPorts {
  auth: Auth;
  address: PublicAddress;
  limitByAddress: RequestHandler;
}

const noFields = z.strictObject({});

export function authRouter({ auth, address, limitByAddress }: AuthRouterPorts): Router {
  const router = Router();
  const cookie: CookieOptions = {
    httpOnly: true,
    sameSite: 'strict',
    path: '/api/auth',
    secure: address.isSecure,
  };
  const name = address.refreshCookieName;
  const answer = (res: Response, { session, refreshToken, refreshExpiresAt }: SignedIn) => {
    res.cookie(name, refreshToken, { ...cookie, expires: new Date(refreshExpiresAt) });
    res.json(session);
  };
  const arrive = [limitByAddress, requireOwnOrigin(address, { isCookieUsed: false })];
  const comeBack = [
    limitByAddress,
    requireOwnOrigin(address, { isCookieUsed: true }),
    ...readBody(noFields, '1mb'),
  ];

  router.post('/api/auth/setup', ...arrive, ...readBody(setupRequestSchema, '1mb'), async (req, res) => {
    answer(res, await auth.setup(req.body as SetupRequest, callerOf(req)));
  });
  router.post('/api/auth/login', ...arrive, ...readBody(loginRequestSchema, '1mb'), async (req, res) => {
    const signedIn = await auth.login(req.body as LoginRequest, callerOf(req));
    // The new cookie takes the place of the one before, whose session nobody could come back to.
    await auth.logout(readCookie(req, name));
    answer(res, signedIn);
  });
  router.post('/api/auth/refresh', ...comeBack, async (req, res) => {
    const token = readCookie(req, name);
    if (token === undefined) throw new SluiceError('token_missing', { detail: 'not signed in' });
    answer(res, await auth.refresh(token));
  });
  router.post('/api/auth/logout', ...comeBack, async (req, res) => {
    const token = readCookie(req, name);
    if (token !== undefined) await auth.logout(token);
    res.clearCookie(name, cookie);
    res.status(204).end();
  });
  return router;
}

function readCookie(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    // Ours are base64url: there is nothing to decode, and nothing that could fail to be.
    if (key === name && value) return value;
  }
  return undefined;
}
