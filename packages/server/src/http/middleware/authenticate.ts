import { SluiceError } from '@sluice/shared';
import type { Request, RequestHandler } from 'express';
import type { Principal } from '../../auth/principal.ts';
import { requireScope } from '../../auth/require-scope.ts';
import type { Scope } from '../../auth/scope.ts';
import { nameUser } from '../../observability/request-scope.ts';
import '../request-context.ts';

export interface Authenticator {
  /** @throws {SluiceError} token_missing, token_invalid, token_expired, token_revoked */
  authenticate(bearer: string | undefined): Promise<Principal>;
}

function readBearer({ headers }: Request): string | undefined {
  const [scheme, token] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' ? token : undefined;
}

/** As `readBearer`, or where Anthropic's clients put a key. */
export function readBearerOrKey(req: Request): string | undefined {
  return readBearer(req) ?? req.get('x-api-key');
}

/** Finds out who asks, and refuses nobody: limits come first, so that guessing tokens is counted by address. */
export function identify(auth: Authenticator, readToken = readBearer): RequestHandler {
  return async (req, _res, next) => {
    try {
      req.principal = await auth.authenticate(readToken(req));
      nameUser(req.principal.userId);
    } catch (error) {
      req.identityError = error;
    }
    next();
  };
}

/** Lets only those through who are known and whose token has the scope. */
export function authenticate(scope: Scope): RequestHandler {
  return (req, _res, next) => {
    if (req.principal === undefined) return next(req.identityError);
    requireScope(req.principal, scope);
    next();
  };
}

/** Stands behind `authenticate`, where accounts are managed: a token of an app that leaks must not make others, nor change a password. */
export const requireSession: RequestHandler = (req, _res, next) => {
  if (req.principal?.sessionId !== undefined) return next();
  throw new SluiceError('scope_missing', { detail: 'This needs a session: sign in with a password.' });
};
