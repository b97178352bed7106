import { SluiceError } from '@sluice/shared';
import type { Principal } from './principal.ts';
import type { Scope } from './scope.ts';

/** @throws {SluiceError} `scope_missing` */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.includes(scope)) {
    throw new SluiceError('scope_missing', { detail: `This needs a token with the scope "${scope}".` });
  }
}
